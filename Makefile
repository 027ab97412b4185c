.DEFAULT_GOAL := help
.PHONY: help build test race lint fmt fuzz bench bench-clients benchstat check

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | column -ts '	'

build: ## the pierun binary, in this folder
	go build -tags urfave_cli_no_docs,netgo,osusergo -trimpath -ldflags='-s -w' -o pierun .

test: ## all tests (the README's command)
	go test ./...

race: ## all tests under the race detector
	go test -race ./...

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

lint: ## vet, and the rules of .golangci.yml
	go vet ./...
	golangci-lint run ./...

fuzz: ## half a million inputs for each fuzz target
	.ci/fuzz 500000x

bench: ## the benchmarks of the parts
	go test -run '^$$' -bench . -benchmem ./...

bench-clients: ## pierun beside all other clients (FLAGS='-quick' for a few minutes)
	go run ./internal/bench $(FLAGS)

benchstat: ## the benchmarks of two commits compared: OLD=v1 NEW=HEAD
	.ci/benchstat '$(OLD)' '$(NEW)'

check: ## what .ci/run checks
	.ci/run
