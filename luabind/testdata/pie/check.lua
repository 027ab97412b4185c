-- Assertions for the cases beside this file, which may use it as check.
local check = {}

local function show(v)
  if type(v) == "string" then return ("%q"):format(v) end
  return tostring(v)
end

-- check.eq(got, want): equal, tables item by item.
function check.eq(got, want, at)
  at = at or "value"
  if type(want) == "table" and type(got) == "table" then
    for k, v in pairs(want) do check.eq(got[k], v, at .. "." .. tostring(k)) end
    for k in pairs(got) do
      if want[k] == nil then error(at .. "." .. tostring(k) .. " is not wanted", 2) end
    end
    return
  end
  if got ~= want then error(at .. " is " .. show(got) .. ", not " .. show(want), 2) end
end

-- check.has(text, words): the text contains the plain words.
function check.has(text, words)
  if not tostring(text):find(words, 1, true) then error(show(tostring(text)) .. " does not have " .. show(words), 2) end
end

-- check.raises(kind, words, fn, ...): fn raises an error of that kind, whose text has the words. Gives the error.
function check.raises(kind, words, fn, ...)
  local results = { try(fn, ...) }
  local err = results[2]
  if results[1] ~= nil or err == nil then error("nothing was raised; " .. kind .. " was expected", 2) end
  if err.kind ~= kind then error("raised " .. tostring(err.kind) .. " instead of " .. kind .. ": " .. tostring(err), 2) end
  if words and not tostring(err):find(words, 1, true) then error(show(tostring(err)) .. " does not have " .. show(words), 2) end
  return err
end

return check
