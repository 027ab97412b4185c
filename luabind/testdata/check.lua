-- What the tests in this folder compare with. Failures name the line of the check.
local check = {}

local show
function show(v)
  if type(v) ~= "table" then return type(v) == "string" and string.format("%q", v) or tostring(v) end
  local parts = {}
  for k, x in pairs(v) do table.insert(parts, tostring(k) .. " = " .. show(x)) end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do if not same(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end

-- eq holds when both are the same, tables by what is in them.
function check.eq(got, want)
  if not same(got, want) then error("got " .. show(got) .. ", want " .. show(want), 2) end
end

-- near holds for two times that are almost the same.
function check.near(got, want)
  if math.abs(got - want) > 0.001 then error("got " .. show(got) .. ", want about " .. show(want), 2) end
end

-- match holds for text that has the plain text in it.
function check.match(got, want)
  if not string.find(tostring(got), want, 1, true) then error("got " .. show(tostring(got)) .. ", want " .. show(want) .. " in it", 2) end
end

-- fails calls fn, which must raise an error of the kind, with the text in it; it gives the error.
function check.fails(kind, text, fn, ...)
  local results = { pcall(fn, ...) }
  if results[1] then error("no error, want " .. kind .. ": " .. text, 2) end
  local _, err = try(error, results[2], 0)
  if err.kind ~= kind then error("kind " .. err.kind .. " (" .. tostring(err) .. "), want " .. kind, 2) end
  if not string.find(tostring(err), text, 1, true) then error("got " .. tostring(err) .. ", want " .. show(text) .. " in it", 2) end
  return err
end

return check
