"use strict";
// The page to try models: reads /models, sends what was typed, and shows the answer.  Nothing is set as HTML.
const by = (id) => document.getElementById(id);
const [form, model, operation, text, answer, state] =
  ["form", "model", "operation", "text", "answer", "status"].map(by);
const CHINESE = {
  Requests: "请求说明", Model: "模型", Do: "操作", Token: "令牌", Run: "运行", Stop: "停止", Text: "文本", Prompt: "开头",
  "The same with curl": "用 curl 做同样的事",
  "Look inside: the model in the browser, gate by gate": "看看里面：在浏览器里运行的模型，逐个门",
  classify: "分类", continue: "续写", score: "评分", translate: "翻译",
  "a classifier": "分类器", "a language model": "语言模型", "a translator": "翻译模型",
  token: "词元", "surprisal in bits": "惊异度（比特）", "(empty)": "（空）", stopped: "已停止",
  "This server asks for a token.": "此服务器需要令牌。",
  "the list of models cannot be read": "无法读取模型列表",
  "no answer": "没有回答",
};
const chinese = /^zh\b/i.test(navigator.language);
const say = (english) => (chinese && CHINESE[english]) || english;
const NAMES = { classify: "classify", generate: "continue", perplexity: "score", translate: "translate" };
let models = [];
let running = null;

function element(name, content, style) {
  const made = document.createElement(name);
  if (content !== undefined) made.textContent = content;
  if (style) made.className = style;
  return made;
}

function headers() {
  const token = by("token").value.trim();
  return { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
}

async function load() {
  const found = await fetch("/models", { headers: headers() });
  if (found.status === 401) {
    by("token-label").hidden = false;
    state.textContent = say("This server asks for a token.");
    return;
  }
  if (!found.ok) throw new Error(`${say("the list of models cannot be read")} (${found.status})`);
  models = await found.json();
  model.replaceChildren(...models.map((one) => new Option(`${one.name} – ${say(one.title)}`, one.name)));
  state.textContent = "";
  choose();
}

function choose() {
  const chosen = models.find((one) => one.name === model.value);
  // A link cannot send a token.
  by("inside").hidden = !chosen?.page || !by("token-label").hidden;
  if (chosen) by("inside").firstChild.href = `/models/${encodeURIComponent(chosen.name)}/page`;
  operation.replaceChildren(...(chosen ? chosen.operations : []).map((name) => new Option(say(NAMES[name] || name), name)));
  describe();
}

function request() {
  const typed = text.value;
  const named = { model: model.value };
  if (operation.value === "generate") return { ...named, prompt: typed, stream: true };
  if (operation.value === "perplexity") return { ...named, texts: typed, per: "token" };
  return { ...named, texts: typed.split("\n") };
}

function describe() {
  by("text-label").textContent = say(operation.value === "generate" ? "Prompt" : "Text");
  const quoted = JSON.stringify(request()).replaceAll("'", "'\\''");
  by("curl").textContent =
    `curl ${location.origin}/${operation.value} -H 'Content-Type: application/json' -d '${quoted}'`;
}

function predictions(found) {
  for (const one of found) {
    answer.append(element("p", one.text || say("(empty)"), "text"));
    for (const [name, p] of Object.entries(one.probabilities).slice(0, 10)) {
      const row = element("div", undefined, "label");
      const bar = element("meter");
      bar.value = p;
      row.append(element("span", name), bar, element("span", p.toFixed(4), "number"));
      answer.append(row);
    }
  }
}

function surprisals(found) {
  const table = element("table");
  const head = element("tr");
  head.append(element("th", say("token")), element("th", say("surprisal in bits"), "number"));
  table.append(head);
  for (const one of found) {
    const row = element("tr");
    row.append(element("td", one.text), element("td", one.surprisal.toFixed(2), "number"));
    table.append(row);
  }
  answer.append(table);
}

function translations(found) {
  for (const one of found) {
    answer.append(element("p", one.text, "soft"), element("p", one.translation, "text"));
  }
}

async function streamed(reply) {
  const out = element("p", text.value, "text");
  answer.append(out);
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const kind = event.slice(7, event.indexOf("\n"));
      const data = JSON.parse(event.slice(event.indexOf("\ndata: ") + 7));
      if (kind === "piece") out.append(data.text);
      else if (kind === "warning") state.textContent = data.message;
      else if (kind === "error") refused(data.error);
    }
  }
}

function refused(error) {
  answer.append(element("p", error.message + (error.hint ? `\n${error.hint}` : ""), "error"));
}

async function run(event) {
  event.preventDefault();
  if (!models.length) {
    await load().catch((error) => refused({ message: error.message }));
    if (!models.length) return;
  }
  answer.replaceChildren();
  running = new AbortController();
  by("run").disabled = true;
  by("stop").hidden = false;
  state.textContent = "…";
  const start = performance.now();
  const asked = operation.value;
  try {
    const reply = await fetch(`/${asked}`, {
      method: "POST", headers: headers(), body: JSON.stringify(request()), signal: running.signal,
    });
    state.textContent = "";
    if (!reply.ok) refused((await reply.json()).error);
    else if (asked === "generate") await streamed(reply);
    else {
      const found = await reply.json();
      ({ classify: predictions, perplexity: surprisals, translate: translations })[asked](found);
    }
    state.textContent = state.textContent || `${Math.round(performance.now() - start)} ms`;
  } catch (error) {
    state.textContent = error.name === "AbortError" ? say("stopped") : "";
    if (error.name !== "AbortError") refused({ message: `${say("no answer")}: ${error.message}` });
  } finally {
    by("run").disabled = false;
    by("stop").hidden = true;
  }
}

document.documentElement.lang = chinese ? "zh-Hans" : "en";
for (const each of document.querySelectorAll("[data-say]")) each.textContent = say(each.textContent);
form.addEventListener("submit", run);
by("stop").addEventListener("click", () => running && running.abort());
model.addEventListener("change", choose);
operation.addEventListener("change", describe);
text.addEventListener("input", describe);
by("token").addEventListener("change", () => load().catch((error) => refused({ message: error.message })));
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
load().catch((error) => refused({ message: error.message }));
