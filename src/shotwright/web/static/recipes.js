// Fills a form from what people have at hand: JSON, a curl command, Python or JavaScript with JSON inside, a clip of ours.

/** Arguments and endpoint from pasted text. Throws an Error whose message says what is missing. */
export function readPaste(text) {
  const trimmed = text.trim();
  const body = /^\s*curl\b/m.test(trimmed) ? curlBody(trimmed) : trimmed;
  const found = parse(body.text ?? body) ?? parse(embedded(trimmed));
  if (!found || typeof found !== "object" || Array.isArray(found)) throw new Error("No JSON object was found in it.");
  const url = body.url ?? trimmed.match(/https?:\/\/[^\s"'\\]+/)?.[0] ?? "";
  if (typeof found.model === "string" && found.input) return { slug: found.model, arguments: found.input };
  if (found.endpoint_id && found.arguments)
    return { endpoint: found.endpoint_id, arguments: found.arguments, engine: found.engine, seed: found.seed };
  const named = trimmed.match(/["'](fal-ai\/[\w./-]+)["']/)?.[1] ?? url.match(/(fal-ai\/[\w./-]+?)(?:\/stream)?(?:[?#]|$)/)?.[1];
  return { endpoint: named, arguments: found.input && typeof found.input === "object" && !found.prompt ? found.input : found };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Words of a shell command, quotes and line ends understood. */
export function shellWords(command) {
  const words = [];
  let word = null,
    quote = "";
  for (let index = 0; index < command.length; index++) {
    const c = command[index];
    if (quote === "'") {
      if (c === "'") quote = "";
      else word += c;
    } else if (quote === '"') {
      if (c === '"') quote = "";
      else if (c === "\\" && '"\\$`\n'.includes(command[index + 1])) {
        if (command[++index] !== "\n") word += command[index];
      } else word += c;
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= "";
    } else if (c === "\\") {
      if (command[++index] !== "\n" && command[index] !== "\r") word = (word ?? "") + (command[index] ?? "");
    } else if (/\s/.test(c)) {
      if (word !== null) {
        words.push(word);
        word = null;
      }
    } else word = (word ?? "") + c;
  }
  if (word !== null) words.push(word);
  return words;
}

function curlBody(command) {
  const words = shellWords(command.slice(command.search(/curl\b/)));
  let text = "",
    url = "";
  for (let index = 1; index < words.length; index++) {
    const [name, inline] =
      words[index].startsWith("--") && words[index].includes("=") ? words[index].split(/=(.*)/s) : [words[index], null];
    if (["-d", "--data", "--data-raw", "--data-binary", "--json"].includes(name)) text = inline ?? words[++index] ?? "";
    else if (name === "--url") url = inline ?? words[++index] ?? "";
    else if (["-H", "--header", "-X", "--request", "-o", "--output", "-u"].includes(name)) index++;
    else if (/^https?:/.test(name)) url = name;
  }
  if (!text) throw new Error("The curl command carries no body (-d or --data).");
  return { text, url };
}

/** The literal inside a Python or JavaScript call, made JSON. */
function embedded(text) {
  const start = text.search(/(?:arguments\s*=|input\s*:|json\s*=)\s*\{/);
  if (start < 0) return "";
  const open = text.indexOf("{", start);
  let depth = 0,
    quote = "",
    out = "";
  for (let index = open; index < text.length; index++) {
    const c = text[index];
    if (quote) {
      if (c === "\\") {
        out += quote === "'" && text[index + 1] === "'" ? "'" : c + text[index + 1];
        index++;
        continue;
      }
      if (c === quote) {
        quote = "";
        out += '"';
        continue;
      }
      out += c === '"' ? '\\"' : c;
      continue;
    }
    if (c === '"' || c === "'") {
      quote = c;
      out += '"';
      continue;
    }
    if ("{[".includes(c)) depth++;
    if ("}]".includes(c)) depth--;
    out += c;
    if (depth === 0) break;
  }
  return out
    .replace(/,(\s*[}\]])/g, "$1")
    .replace(/([{,]\s*)([A-Za-z_$][\w$]*)(\s*:)/g, '$1"$2"$3')
    .replace(/\bTrue\b/g, "true")
    .replace(/\bFalse\b/g, "false")
    .replace(/\bNone\b/g, "null");
}
