-- A data file in, a data file out, many instances at once, with progress.
--   pierun examples/05-fan-out.lua --limit 342 --out species.jsonl

local options = args.parse {
  "Asks for the species of each penguin in a JSONL file.",
  { "--limit", default = 40, min = 1, help = "how many rows" },
  { "--out", default = "", help = "write the answers to this file" },
}

local function question(row)
  return ("A penguin on %s has a bill of %.1f mm and weighs %d g. Which species?"):format(
    row.island, row.bill_length_mm, row.body_mass_g)
end

local rows = {}
for row in jsonl.read(fs.here("data/penguins.jsonl")) do
  rows[#rows + 1] = row
  if #rows == options.limit then break end
end

local answers, failed = flow.map(rows, function(row)
  local text = pie.run("text-completion", { prompt = question(row), max_tokens = 8 }).text
  return { id = row.id, species = row.species, answer = text, right = text:find(row.species, 1, true) ~= nil }
end, { concurrency = 16, timeout = "60s", retry = 2, progress = "penguins" })

local right = 0
for _, answer in ipairs(answers) do
  if answer and answer.right then right = right + 1 end
end
if options.out ~= "" then jsonl.save(options.out, answers) end
print(#answers .. " rows, " .. #failed .. " failed, " .. right .. " right")
