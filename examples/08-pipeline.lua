-- A pipeline: three stages joined by channels. Each stage is a task that reads top to bottom; a full channel makes
-- the stage before it wait, so that memory stays bounded whatever the length of the input.

local drafts, reviews = task.channel(4), task.channel(4)

local topics = { "rain", "bread", "maps", "clocks", "rivers" }

task.spawn(function() -- write
  for _, topic in ipairs(topics) do
    local text = pie.run("text-completion", { prompt = "A sentence about " .. topic, max_tokens = 10 }).text
    drafts:send({ topic = topic, text = text })
  end
  drafts:close()
end)

task.spawn(function() -- review: two reviewers share the work
  task.scope(function(s)
    for _ = 1, 2 do
      s:spawn(function()
        for draft in drafts do
          draft.review = pie.run("text-completion", { prompt = "Criticise: " .. draft.text, max_tokens = 6 }).text
          reviews:send(draft)
        end
      end)
    end
  end)
  reviews:close()
end)

local done = {}
for review in reviews do -- collect
  done[#done + 1] = review.topic
end
table.sort(done)
print(#done .. " reviewed: " .. table.concat(done, ", "))
