// The trained network of the course in the reader's browser: one step of its forward pass, and the
// box on the front page in which it speaks. The weights are in verse.js, which train.py makes.
"use strict";

const network = (() => {
  const { characters, hidden: H, scales, weights } = VERSE;
  const V = characters.length;
  const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
  const whole = new Int16Array(bytes.buffer); // each weight as a multiple of its array's scale
  let at = 0;
  const array = (name, size) => Float64Array.from(whole.subarray(at, (at += size)), (n) => n * scales[name]);
  const Wxh = array("Wxh", H * V), Whh = array("Whh", H * H), Why = array("Why", V * H);
  const bh = array("bh", H), by = array("by", V);

  function softmax(scores, temperature = 1) {
    const largest = Math.max(...scores);
    const exps = scores.map((score) => Math.exp((score - largest) / temperature));
    const sum = exps.reduce((total, e) => total + e, 0);
    return exps.map((e) => e / sum);
  }

  // Read the character with number ix in the state h: the next state, and a score for each character.
  function step(h, ix) {
    const next = new Float64Array(H), scores = new Float64Array(V);
    for (let i = 0; i < H; i++) {
      let sum = Wxh[i * V + ix] + bh[i];
      for (let j = 0; j < H; j++) sum += Whh[i * H + j] * h[j];
      next[i] = Math.tanh(sum);
    }
    for (let v = 0; v < V; v++) {
      let sum = by[v];
      for (let i = 0; i < H; i++) sum += Why[v * H + i] * next[i];
      scores[v] = sum;
    }
    return { h: next, scores };
  }

  return { characters, start: () => new Float64Array(H), step, softmax };
})();

function draw(probabilities) {
  let rest = Math.random();
  for (let ix = 0; ix < probabilities.length; ix++) if ((rest -= probabilities[ix]) < 0) return ix;
  return probabilities.length - 1;
}

function setUpTalk(box) {
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const [form, prompt, heat, said, shown, heard, words] =
    ["form", "prompt", "heat", "said", "shown", "heard", "words"].map(part);
  const length = 240, strange = 1; // characters; nats above which one is named
  let timer;

  function shade(character, surprise) {
    const span = document.createElement("span");
    span.textContent = character;
    span.title = `surprise ${surprise.toFixed(2)} nats`;
    span.style.setProperty("--surprise", Math.min(1, surprise / 5).toFixed(2));
    if (surprise > 3) span.className = "strange";
    return span;
  }

  function finish(text, surprises) {
    const mean = surprises.reduce((sum, s) => sum + s, 0) / surprises.length;
    const named = surprises.flatMap((s, i) => (s > strange ? [`“${visible(text[i])}” in “${
      text.slice(Math.max(0, i - 8), i + 4)}” (${s.toFixed(1)})`] : []));
    heard.textContent = `It said: ${prompt.value}${text}. `;
    words.textContent = `Mean surprise ${mean.toFixed(2)} nats a character. ` +
      (named.length ? `What surprised it by more than 1 nat: ${named.slice(0, 12).join(", ")}${
        named.length > 12 ? `, and ${named.length - 12} more` : ""}.` : "Nothing surprised it.");
  }

  const visible = (character) => (character === " " ? "space" : character);

  function speak(event) {
    event?.preventDefault();
    clearTimeout(timer);
    const unknown = [...prompt.value].find((c) => !network.characters.includes(c));
    if (unknown || !prompt.value) {
      shown.textContent = heard.textContent = "";
      words.textContent = (unknown ? `It has never seen “${unknown}”. ` : "") +
        `Begin with some of these: ${[...network.characters].map(visible).join(" ")}.`;
      return;
    }
    let now = { h: network.start() }, text = "";
    const surprises = [], temperature = Number(heat.value);
    for (const c of prompt.value) now = network.step(now.h, network.characters.indexOf(c));
    shown.replaceChildren(Object.assign(document.createElement("b"), { textContent: prompt.value }));
    words.textContent = heard.textContent = "";
    const atOnce = !event || matchMedia("(prefers-reduced-motion: reduce)").matches;
    (function next() {
      const ix = draw(network.softmax(now.scores, temperature));
      surprises.push(-Math.log(network.softmax(now.scores)[ix]));
      text += network.characters[ix];
      shown.append(shade(network.characters[ix], surprises.at(-1)));
      now = network.step(now.h, ix);
      if (text.length === length) return finish(text, surprises);
      if (atOnce) return next();
      timer = setTimeout(next, 25);
    })();
  }

  heat.addEventListener("input", () => (said.textContent = Number(heat.value).toFixed(2)));
  form.addEventListener("submit", speak);
  box.hidden = false;
  speak();
}

document.querySelectorAll(".talk").forEach(setUpTalk);
