// The page: one state, and functions that draw each part of it.

const MAX_TEXT = 3000; // characters
const MAX_MEMORY = 120; // tokens
const TOP_UNITS = 8;

class Page {
  constructor(model, beside) {
    Object.assign(this, { model, beside, lm: !model.head.labels, held: {}, only: false, version: 0, t: Infinity });
    const last = model.head.widths.length - 1;
    this.place = { layer: last, direction: 0 };
    this.unit = model.head.units[last][0][0].unit - 1;
    this.quantity = "hidden";
    this.language = /^zh\b/i.test(navigator.language) ? "zh" : "en";
    const { examples } = model.head;
    this.text = (this.language === "zh" && examples.find((text) => /[\u4e00-\u9fff]/.test(text))) || (examples[0] ?? "");
    if (!this.lm) this.empty = model.read(model.encode("")).probabilities;
    this.theme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", false);
    this.build();
  }

  get words() {
    return this.language === "zh" ? CHINESE : ENGLISH;
  }

  get units() {
    return this.model.head.units[this.place.layer][this.place.direction];
  }

  get hold() {
    return holding(this.held, this.only ? { ...this.place, unit: this.unit } : null);
  }

  theme(name, draw = true) {
    document.documentElement.dataset.theme = this.shade = name;
    if (draw) this.draw();
  }

  // The frame of the page, in the language of the reader.
  build() {
    const w = this.words;
    const { head } = this.model;
    document.documentElement.lang = this.language === "zh" ? "zh-Hans" : "en";
    document.title = `${w.title} – ${head.name}`;
    const units = head.widths.reduce((a, b) => a + b, 0) * head.directions;
    this.area = el("textarea", {
      id: "text", maxlength: MAX_TEXT, placeholder: w.placeholder, spellcheck: "false", oninput: () => this.type(this.area.value),
    });
    this.area.value = this.text;
    const chips = head.examples.map((text) =>
      el("button", { class: "chip", title: text, onclick: () => this.put(text) }, text));
    byId("page").replaceChildren(
      el("header", {},
        el("div", {}, el("h1", {}, w.title),
          el("p", { class: "dim" }, w.subtitle(head.name, head.title, this.lm ? w.lm : w.classifier, units))),
        el("div", { class: "tools" },
          choice([{ value: "en", text: "EN" }, { value: "zh", text: "中文" }], this.language, (value) => {
            this.language = value;
            this.build();
          }, "Language / 语言"),
          el("button", { id: "theme", "aria-label": w.theme, title: w.theme,
            onclick: () => this.theme(this.shade === "dark" ? "light" : "dark") }, "◐"))),
      el("main", {},
        el("div", { class: "pair" },
          el("section", { "aria-labelledby": "write" },
            el("h2", { id: "write" }, el("label", { for: "text" }, w.write)), this.area,
            el("div", { class: "row" }, el("span", { class: "dim" }, w.examples), ...chips)),
          el("section", { "aria-labelledby": "answer" }, el("h2", { id: "answer" }, this.lm ? w.next : w.answer),
            el("div", { id: "answers", "aria-live": "polite" }))),
        this.section("reading", w.reading, w.readingHint, this.steps()),
        this.section("map", w.map, w.mapHint + w.mapSmall(this.lm)),
        this.section("inside", ""),
        Object.keys(this.gateNames()).length ? this.section("hold", w.hold, w.holdHint) : null,
        this.section("memory", w.memory, w.memoryHint),
        el("section", {}, el("details", {}, el("summary", {}, w.glossary), ...w.glossaryText.map((line) => el("p", {}, line))))),
      el("footer", {}, el("p", {}, w.named(head.named)), el("p", {}, w.made(head.version)),
        head.rounded ? el("p", {}, w.rounded) : null));
    this.type(this.text, this.t);
  }

  section(id, title, hint, ...children) {
    const heading = el("h2", { id: `${id}-title` }, title);
    return el("section", { "aria-labelledby": `${id}-title` }, heading,
      hint ? el("p", { class: "dim" }, hint) : null, ...children, el("div", { id }));
  }

  steps() {
    const w = this.words;
    const step = (text, label, go) => el("button", { "aria-label": label, title: label, onclick: go }, text);
    this.player = el("button", { id: "play", onclick: () => this.play() }, w.play);
    return el("div", { class: "row steps" }, step("|‹", w.first, () => this.go(0)), step("‹", w.back, () => this.go(this.t - 1)),
      step("›", w.forward, () => this.go(this.t + 1)), step("›|", w.last, () => this.go(Infinity)), this.player);
  }

  gateNames() {
    const probe = this.model.read(this.model.encode("a")).traces[0][0];
    return Object.fromEntries(Object.keys(probe).filter((name) => !SIGNED.has(name)).map((name) => [name, true]));
  }

  put(text) {
    this.area.value = text;
    this.type(text);
  }

  // Reads the text anew.
  type(text, t = Infinity) {
    this.text = text;
    const encoded = this.model.encode(text);
    const kept = encoded.kept ?? encoded.all.map((_, n) => n);
    this.encoded = encoded;
    this.tokens = kept.map((n) => encoded.all[n]);
    this.free = this.model.read(encoded);
    this.way = [];
    this.t = Math.max(0, Math.min(this.tokens.length - 1, t));
    this.read();
  }

  // With the gates as they are held.
  read() {
    const hold = this.hold;
    this.found = hold ? this.model.read(this.encoded, { hold }) : this.free;
    this.draw();
    this.later();
  }

  // What takes longer is computed piece by piece.
  async later() {
    const version = ++this.version;
    const isOld = () => version !== this.version;
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (!this.lm && !this.encoded.empty) {
      const way = [];
      if (await inSlices(onTheWay(this.model, this.encoded, this.free.probabilities, way), isOld)) {
        this.way = way;
        this.drawReading();
      }
    }
    if (isOld()) return;
    const T = this.tokens.length;
    const own = [];
    const plain = [];
    const other = [];
    if (T < 3 || T > MAX_MEMORY) return this.drawMemory(null);
    if (!byId("memory").hasChildNodes()) byId("memory").replaceChildren(el("p", { class: "dim" }, this.words.working));
    const steps = [...leftOver(this.model, this.encoded, this.hold, own)];
    if (this.canBeRnn()) steps.push(...leftOver(this.model, this.encoded, holding(PLAIN_RNN, null), plain));
    if (this.beside) steps.push(...leftOver(this.beside, this.beside.encode(this.text), undefined, other));
    if (await inSlices(steps, isOld)) this.drawMemory({ own, plain, other });
  }

  canBeRnn() {
    return Object.keys(PLAIN_RNN).every((name) => name in this.found.traces[0][0]);
  }

  go(t) {
    this.t = Math.max(0, Math.min(this.tokens.length - 1, t));
    this.drawReading();
    this.drawMap();
    this.drawInside();
  }

  play() {
    if (this.timer) return this.stop();
    if (this.t === this.tokens.length - 1) this.go(0);
    this.player.textContent = this.words.pause;
    this.timer = setInterval(() => {
      this.go(this.t + 1);
      if (this.t === this.tokens.length - 1) this.stop();
    }, 700);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.player.textContent = this.words.play;
  }

  choose(unit, t = this.t) {
    const changed = this.unit !== unit;
    this.unit = unit;
    this.go(t);
    this.drawHold();
    if (changed && this.only && this.hold) this.read();
  }

  draw() {
    if (!this.found || !byId("answers")) return;
    this.drawAnswer();
    this.drawReading();
    this.drawMap();
    this.drawInside();
    this.drawHold();
  }

  drawAnswer() {
    const w = this.words;
    const rows = this.lm ? this.nextRows() : labelRows(this.model.head, this.free.probabilities);
    const parts = [bars(rows)];
    if (this.lm) parts.push(el("p", { class: "dim" }, w.nextHint), this.continuation());
    if (this.model.head.multilabel) parts.push(el("p", { class: "dim" }, w.multilabel));
    if (this.encoded.empty && !this.lm) parts.push(el("p", { class: "dim" }, w.noTokens));
    const skipped = this.encoded.all.length - this.tokens.length;
    if (skipped) parts.push(el("p", { class: "dim" }, w.skipped(skipped)));
    if (this.text.length >= MAX_TEXT) parts.push(el("p", { class: "dim" }, w.tooLong(MAX_TEXT)));
    if (this.beside && !this.lm) {
      const { head } = this.beside;
      const answer = this.beside.read(this.beside.encode(this.text)).probabilities;
      parts.push(el("p", { class: "dim" }, w.beside(head.name, head.title)), bars(labelRows(head, answer)));
    }
    byId("answers").replaceChildren(...parts);
  }

  nextRows() {
    const next = this.free.next[this.free.next.length - 1];
    const best = next.map((p, id) => [p, id]).sort((a, b) => b[0] - a[0]).slice(0, 7);
    return best.map(([p, id]) => {
      const name = this.model.name(id).replaceAll("\n", "↵").replaceAll(" ", "␣");
      const addable = id !== UNKNOWN && id !== this.model.head.end;
      return { name, p, choose: addable ? () => this.put(this.joined([id])) : undefined };
    });
  }

  // The text with tokens after it; of the first token of a line the space before it is dropped.
  joined(ids) {
    let more = this.model.text(ids);
    if (this.model.head.spaced && (!this.text || this.text.endsWith("\n"))) more = more.replace(/^ /, "");
    return this.text + more;
  }

  continuation() {
    const w = this.words;
    const place = el("p", {});
    const go = () => {
      const more = this.joined(goOn(this.model, this.free, 30, Math.random));
      place.replaceChildren(more.slice(this.text.length), " ", el("button", { onclick: () => this.put(more) }, w.keep));
    };
    return el("div", {}, el("button", { id: "go-on", onclick: go }, w.goOn), place);
  }

  // The tokens in colours, and what the chosen one did.
  drawReading() {
    const w = this.words;
    const top = this.lm ? -1 : best(this.free.probabilities);
    const ribbon = el("div", { class: "ribbon", role: "group", "aria-label": w.reading, onkeydown: (event) => this.key(event) });
    if (!this.encoded.empty || this.lm) {
      this.tokens.forEach((token, t) => {
        const button = el("button", {
          "aria-current": String(t === this.t), tabindex: t === this.t ? "0" : "-1", class: token.id === UNKNOWN ? "unknown" : "",
          onclick: () => this.go(t),
        }, token.shown);
        button.style.backgroundColor = this.ribbonColour(t, top);
        ribbon.append(button);
      });
    }
    const unknown = this.tokens.some(({ id }) => id === UNKNOWN) ? ` ${w.unknownWords}` : "";
    const legend = (this.lm ? w.lmRibbon : w.classifierRibbon(this.model.head.labels[top])) + unknown;
    const focused = document.activeElement?.closest?.(".ribbon");
    byId("reading").replaceChildren(ribbon, el("p", { class: "say", "aria-live": "polite" }, this.said(top)), el("p", { class: "dim" }, legend));
    if (focused) ribbon.children[this.t]?.focus();
  }

  ribbonColour(t, top) {
    if (this.lm) return t ? colour(Math.min(12, this.bits(t)), 14) : "transparent";
    const p = this.way[t]?.[top];
    return p === undefined ? "transparent" : colour(p - this.empty[top], 0.6);
  }

  bits(t) {
    return -Math.log2(this.free.next[t - 1][this.tokens[t].id]);
  }

  said(top) {
    const w = this.words;
    if (this.encoded.empty && !this.lm) return w.noTokens;
    const { shown } = this.tokens[this.t];
    if (this.lm) return this.t ? w.surprise(shown, this.bits(this.t), this.free.next[this.t - 1][this.tokens[this.t].id]) : w.begins;
    const now = this.way[this.t]?.[top];
    if (now === undefined) return w.working;
    const before = this.t ? this.way[this.t - 1]?.[top] : this.empty[top];
    return w.after(shown, this.model.head.labels[top], now) + (before === undefined ? "" : ` ${w.changed(now - before)}`);
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.go(this.t + step);
  }

  trace() {
    return this.found.traces[this.place.layer][this.place.direction];
  }

  // The units by tokens.
  drawMap() {
    const w = this.words;
    const trace = this.trace();
    const values = trace[this.quantity] ?? trace.hidden;
    const rowsOf = (units) => units.map(({ unit }) => values.map((row) => row[unit - 1]));
    const most = scaleOf(rowsOf(this.units), this.quantity);
    const shown = this.units.slice(0, TOP_UNITS);
    if (!shown.some(({ unit }) => unit - 1 === this.unit)) shown.push(this.units.find(({ unit }) => unit - 1 === this.unit));
    const rest = this.units.filter((unit) => !shown.includes(unit));
    const wasOpen = byId("others")?.open ?? false;
    const focused = document.activeElement?.closest?.("table.heat") && document.activeElement.dataset.unit;
    const under = (event) => {
      const box = event.target.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * rest.length);
      return [rest[row], Math.floor(((event.clientX - box.left) / box.width) * values.length)];
    };
    const pointed = el("p", { class: "say dim", id: "pointed" }, w.point);
    const point = (about, t) => {
      if (about && values[t]) pointed.textContent = this.pointedAt(about, t, values[t][about.unit - 1]);
    };
    const canvas = el("canvas", { role: "img", "aria-label": w.othersAria(rest.length, values.length),
      onpointermove: (event) => point(...under(event)),
      onclick: (event) => {
        const [about, t] = under(event);
        if (about) this.choose(about.unit - 1, t);
      } });
    const others = el("details", { id: "others", ontoggle: () => paint(canvas, rowsOf(rest), this.quantity, most, this.t) },
      el("summary", {}, w.others(rest.length)), canvas);
    others.open = wasOpen;
    byId("map").replaceChildren(this.pickers(trace), this.heat(shown, values, most, point), pointed, rest.length ? others : "");
    if (wasOpen) paint(canvas, rowsOf(rest), this.quantity, most, this.t);
    if (focused) byId("map").querySelector(`button[data-unit="${focused}"]`)?.focus();
  }

  pickers(trace) {
    const w = this.words;
    const names = Object.keys(trace).filter((name) => name !== "hidden" && name !== "cell");
    const quantities = ["hidden", ...("cell" in trace ? ["cell"] : []), ...names];
    const parts = [choice(quantities.map((value) => ({ value, text: w.gates[value] })), this.quantity, (value) => {
      this.quantity = value;
      this.drawMap();
    }, w.show)];
    const places = this.model.head.units.flatMap((directions, layer) => directions.map((_, direction) => ({ layer, direction })));
    if (places.length > 1) {
      const picker = el("select", { "aria-label": w.layer("", "").trim(), onchange: () => {
        this.place = places[picker.value];
        this.unit = this.units[0].unit - 1;
        this.draw();
      } }, ...places.map(({ layer, direction }, n) => {
        const own = layer === this.place.layer && direction === this.place.direction;
        const name = this.model.head.directions > 1 ? w.directions[direction] : "";
        return el("option", { value: String(n), selected: own }, w.layer(layer + 1, name));
      }));
      parts.push(picker);
    }
    return el("div", { class: "row" }, ...parts);
  }

  // What is under the pointer, in words.
  pointedAt(about, t, value) {
    const evidence = about.response ? ` (${this.evidence(about)})` : "";
    return `${this.words.pointed(about.unit, this.tokens[t].shown, this.words.gates[this.quantity], signed(value))} ${this.nameOf(about)}${evidence}`;
  }

  heat(units, values, most, point) {
    const head = el("tr", {}, el("th"), ...this.tokens.map((token, t) =>
      el("th", { scope: "col", class: `${/^[\u2e80-\u9fff]$/.test(token.shown) ? "cjk" : ""}${t === this.t ? " now" : ""}`,
        onclick: () => this.go(t) }, el("span", {}, token.shown))));
    const rows = units.map((about) => {
      const unit = about.unit - 1;
      const row = el("tr", { class: unit === this.unit ? "chosen" : "" }, el("th", { scope: "row" },
        el("button", { "data-unit": String(unit), "aria-pressed": "false", title: this.evidence(about), onclick: () => this.choose(unit),
          onkeydown: (event) => this.key(event) },
          this.words.labelled(about.unit, this.nameOf(about)), el("small", {}, this.detail(about)))));
      values.forEach((all, t) => {
        const cell = el("td", { class: t === this.t && unit === this.unit ? "now" : "", onpointerenter: () => point(about, t),
          onclick: () => this.choose(unit, t) }, signed(all[unit]));
        cell.style.backgroundColor = colour(all[unit], most);
        row.append(cell);
      });
      return row;
    });
    return el("div", { class: "scroll" }, el("table", { class: "heat" }, el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  // What a unit responds to, if it stands for the others that do; else the words at which it moves.
  nameOf({ response, words }) {
    return response && (response.leads || !words.length) ? this.responds(response) : this.words.moves(words);
  }

  responds({ gate, kind, sign }) {
    return this.words.responds(gate, kind, sign);
  }

  detail({ response, words, label }) {
    const parts = response && words.length ? [response.leads ? words.join(", ") : this.responds(response)] : [];
    if (label !== undefined && this.model.head.labels.length > 1) parts.push(this.words.speaks(this.model.head.labels[label]));
    return parts.join(" · ");
  }

  evidence({ response }) {
    return response ? this.words.labelled(this.words.gates[response.gate], this.words.strength(response)) : "";
  }

  // The chosen unit at the chosen token.
  drawInside() {
    const w = this.words;
    const trace = this.trace();
    const at = (name, t = this.t) => trace[name]?.[t]?.[this.unit];
    const about = this.units.find(({ unit }) => unit - 1 === this.unit);
    byId("inside-title").textContent = w.labelled(w.unitTitle(this.unit + 1), this.nameOf(about));
    const names = Object.keys(trace).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
    const rows = names.flatMap((name) => {
      const most = name === "cell" ? scaleOf(trace.cell.map((row) => [row[this.unit]]), "cell") : 1;
      return [el("div", {}, w.gates[name], el("small", {}, w.about[name])), meter(at(name), name, most),
        el("span", { class: "number" }, signed(at(name)))];
    });
    const earlier = this.place.direction ? this.t + 1 : this.t - 1;
    const known = { token: this.tokens[this.t].shown || "…" };
    for (const name of names) known[name] = at(name);
    known.before = at("cell" in trace ? "cell" : "hidden", earlier) ?? 0;
    const parts = [el("p", { class: "say", "aria-live": "polite" }, this.story(known)), el("div", { class: "meters" }, ...rows)];
    if ("cell" in trace) {
      const { forget, before, input, candidate, cell } = known;
      parts.splice(1, 0, el("div", { class: "equation", tabindex: "0" },
        `${signed(cell)} = ${signed(forget)} × ${signed(before)} + ${signed(input)} × ${signed(candidate)}`),
      el("p", { class: "dim" }, w.equation));
    }
    parts.push(el("details", {}, el("summary", {}, w.table), this.numbers(trace, names)));
    byId("inside").replaceChildren(...parts);
  }

  story(known) {
    if (known.cell !== undefined) return this.words.story(known);
    return known.update !== undefined ? this.words.storyGru(known) : this.words.storyPlain(known);
  }

  numbers(trace, names) {
    const w = this.words;
    const head = el("tr", {}, el("th", { scope: "col" }, w.token), ...names.map((name) => el("th", { scope: "col" }, w.gates[name])));
    const rows = this.tokens.map((token, t) =>
      el("tr", {}, el("th", { scope: "row" }, token.shown), ...names.map((name) => el("td", {}, trace[name][t][this.unit].toFixed(3)))));
    return el("div", { class: "scroll" }, el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  // Gates that are held, and what becomes of the answer.
  drawHold() {
    const place = byId("hold");
    if (!place) return;
    const w = this.words;
    const set = (held) => {
      this.held = held;
      this.read();
    };
    const gates = Object.keys(this.trace()).filter((name) => !SIGNED.has(name));
    const rows = gates.flatMap((name) => [el("b", {}, w.gates[name]), choice(
      [{ value: undefined, text: w.free }, { value: 0, text: w.shut }, { value: 1, text: w.open }], this.held[name], (value) => {
        const { [name]: _, ...others } = this.held;
        set(value === undefined ? others : { ...others, [name]: value });
      }, w.gates[name])]);
    const scope = choice([{ value: false, text: w.everyUnit }, { value: true, text: w.thisUnit(this.unit + 1) }], this.only, (value) => {
      this.only = value;
      this.read();
    }, w.hold);
    const buttons = [scope];
    if (this.canBeRnn()) buttons.push(el("button", { id: "as-rnn", onclick: () => {
      this.only = false;
      set(PLAIN_RNN);
    } }, w.asRnn));
    buttons.push(el("button", { onclick: () => set({}) }, w.release));
    place.replaceChildren(el("div", { class: "holds" }, ...rows), el("div", { class: "row" }, ...buttons),
      el("p", { class: "say", id: "effect", "aria-live": "polite" }, this.effect()),
      this.hold && !this.lm ? bars(labelRows(this.model.head, this.found.probabilities)) : "",
      this.held === PLAIN_RNN ? el("p", { class: "dim" }, w.rnnNote) : "");
  }

  effect() {
    const w = this.words;
    if (!this.hold) return w.heldNothing;
    if (!this.lm) {
      const top = best(this.free.probabilities);
      return w.held(this.model.head.labels[top], this.free.probabilities[top], this.found.probabilities[top]);
    }
    const [before, after] = [this.free, this.found].map(({ next }) => next[next.length - 1]);
    const top = best(before);
    return w.heldLm(this.model.name(top).trim() || "␣", before[top], after[top]);
  }

  drawMemory(shares) {
    const w = this.words;
    if (!shares) return byId("memory").replaceChildren(el("p", { class: "dim" }, this.tokens.length < 3 ? w.memoryWait : w.memoryLong(MAX_MEMORY)));
    const labels = this.tokens.map(({ shown }) => shown);
    const series = [{ name: this.model.head.title, kind: "own", values: shares.own }];
    if (shares.plain.length) series.push({ name: w.memoryRnn, kind: "rnn", values: shares.plain });
    if (shares.other.length === labels.length) {
      series.push({ name: w.memoryBeside(this.beside.head.name, this.beside.head.title), kind: "other", values: shares.other });
    }
    const earlier = (values) => values.slice(0, Math.floor(values.length / 2)).reduce((a, b) => a + b, 0);
    byId("memory").replaceChildren(chart(series, labels),
      labels.length <= 40 ? el("div", { class: "axis", "aria-hidden": "true" }, ...labels.map((label) => el("span", {}, label))) : "",
      el("p", { class: "legend" }, ...series.map(({ name, kind }) => el("span", { class: kind }, name))),
      el("p", {}, w.memoryStory(earlier(shares.own), shares.plain.length ? earlier(shares.plain) : null)));
  }
}

const ORDER = ["forget", "input", "candidate", "reset", "update", "cell", "output", "hidden"];

const best = (p) => p.indexOf(Math.max(...p));

function labelRows({ labels, multilabel, thresholds }, p) {
  const order = labels.map((_, c) => c).sort((a, b) => p[b] - p[a]);
  return order.slice(0, 8).map((c, n) => ({ name: labels[c], p: p[c], win: multilabel ? p[c] >= thresholds[c] : n === 0 }));
}

async function start() {
  try {
    const beside = byId("beside").textContent.trim();
    const model = await openModel(byId("model").textContent);
    globalThis.page = new Page(model, beside ? await openModel(beside) : null);
  } catch (error) {
    byId("page").replaceChildren(el("p", {}, `${ENGLISH.old} ${CHINESE.old}`), el("p", { class: "dim" }, String(error)));
  }
}

if (typeof document !== "undefined") start();
