// Somebody speaks while the avatar does: how long its sound goes on, whether anything leaves afterwards, and how soon it goes on when it
// was only a listening noise.
//   node test/bench/interruption.js [--runs 40] [--kinds voice,typed,tool,vision,backchannel,first] [--check]
// Needs `npm run build`. The same conversation as in conversation.js: a daemon of its own process, a stand-in for MMDAgent-EX behind its
// WebSocket link, recorded speech in real time over a soft noise, scripted engines. No echo: the user wears headphones (hearing.js has
// the echo). Lead 100 ms, so that MMDAgent-EX holds 100 ms of sound that no one can take back.
//
// Onset: the first sample of the utterance at the microphone; it is audible (less than 30 dB below the loudest). Utterances are 0.6 s
// and 2.2 s of a recorded voice, in turn, at random moments of the reply; their words are no listening noises. Last audible sample: each
// unit counts as heard 45 ms behind its arrival or behind the unit before it, as MMDAgent-EX was measured; of the last unit that is not
// silence, its last sample. The reply is a tone without pauses. Nobody answers the interrupting words, so that every unit that arrives
// later than 2 ms behind the commit (event `interrupted`) is one too many, be it silence or not.
//
//   voice    the reply to a question by voice
//   typed    the reply to a typed question
//   tool     in turn: words before a call while the tool runs, and words behind its result
//   vision   in turn: words before a picture is taken while the camera is slow, and words about the picture
//
//   first    the first reply of all: until the ear has heard 0.6 s of a reply without an echo of it, it takes what it hears for one; told
//            and not held to a bar, each run is a conversation of its own
//
// Backchannel: "うん", 0.4 s of voice, stops the reply; knowing is the moment when the recognizer gives the word; the reply's sound must
// be heard again within 300 ms of it, and be heard to its end.
import { parseArgs } from 'node:util';
import { at, Bars, openRig, PEER_MS, Speeches, spread, wait } from './conversation-rig.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    kinds: { type: 'string', default: 'voice,typed,tool,vision,backchannel,first' },
    port: { type: 'string' },
    check: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const RUNS = Number(values.runs);
const WARM_UP = 2;
/** Conversations whose first reply is interrupted. */
const FIRSTS = 6;
const LETTER_MS = 5;
const LENGTHS_MS = [600, 2200];
const SILENCE_MS = 380;
const AGAIN_MS = 300;
const IN_FLIGHT_MS = 2;
const LIMIT_MS = 12_000;
const WORDS = ['それは', '違うと', '思い', 'ます。'];
const LONG =
  'そうですね、これはとても長いお話になります。むかしむかし、ある所に、おじいさんがいました。山へ行きました。';
const SLOW_MS = 30_000;

/** What a model answers, and what is behind it, per kind. */
const KINDS = {
  voice: { answer: () => LONG },
  typed: { answer: () => LONG },
  tool: {
    answer: ({ messages }) =>
      messages.at(-1).role === 'tool'
        ? LONG
        : { text: '', calls: [{ id: `c${messages.length}`, name: 'look_up', argumentsJson: '{}' }] },
    early: () => ({ text: LONG, calls: [{ id: 'c0', name: 'look_up', argumentsJson: '{"slow":true}' }] }),
  },
  vision: {
    answer: ({ messages }) =>
      (messages.at(-1).images ?? []).length > 0 ? LONG : '見てみます。[vision:camera]',
    early: () => `[vision:camera]${LONG}`,
  },
};
let isSlow = false;
const slowly = async (ms, signal) => {
  if (isSlow) await wait(ms, undefined, { signal }).catch(() => {});
};
const TOOL = {
  name: 'look_up',
  description: 'Looks something up',
  parameters: { type: 'object', properties: { slow: { type: 'boolean' } } },
  run: async (_args, { signal }) => {
    await slowly(SLOW_MS, signal);
    return '晴れ';
  },
};
const getImageUrl = async () => {
  await slowly(1500);
  return 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
};

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
}

/** A reply sounds, at a random moment of it. @returns false: it never did. */
async function sounding(rig, kind, speeches, isEarly) {
  const { conversation, mic, model, playout } = rig;
  isSlow = isEarly;
  model.answer = (isEarly && KINDS[kind].early) || KINDS[kind].answer;
  playout.units.length = 0;
  const waitsForSecond = (kind === 'tool' || kind === 'vision') && !isEarly;
  if (kind === 'voice') mic.say(speeches.ending(800), ['話して', 'ください。']);
  else conversation.ask({ text: '話してください。', by: 'typed' });
  const untilMs = performance.now() + LIMIT_MS;
  const asked = model.calls.length;
  const hasAnswered = () => !waitsForSecond || model.calls.length >= asked + 2;
  while (playout.audible().length === 0 || !hasAnswered()) {
    if (performance.now() > untilMs) return false;
    await wait(5);
  }
  // The words about a picture come behind those that announce it.
  if (waitsForSecond && kind === 'vision') await wait(1200);
  await wait(300 + Math.random() * 1000);
  return true;
}

async function interrupted(rig, kind, speeches, count, keep) {
  const { conversation, hearing, mic, model, playout } = rig;
  const lengthMs = LENGTHS_MS[count % LENGTHS_MS.length];
  const isEarly = KINDS[kind].early !== undefined && count % 4 >= 2;
  if (!(await sounding(rig, kind, speeches, isEarly))) return 'the reply never sounded';
  let [committedMs, lastedMs, lateMs, heldMs] = [];
  const offs = [
    conversation.events.on('interrupted', () => {
      committedMs ??= performance.now();
    }),
    conversation.events.on('held', () => {
      heldMs ??= performance.now();
    }),
    hearing.events.on('lasted', () => {
      lastedMs ??= mic.frameAtMs;
      lateMs ??= mic.frameLateMs;
    }),
  ];
  const ended = once(conversation.events, 'turnEnded');
  // Nobody answers.
  model.answer = () => '';
  const said = mic.say(speeches.cut(lengthMs), WORDS);
  const [end] = (await Promise.race([ended, wait(LIMIT_MS, [])])) ?? [];
  await wait(Math.max(0, said.endMs + 900 - performance.now()));
  for (const off of offs) off();
  conversation.interrupt();
  await wait(250);
  if (end?.outcome !== 'interrupted' || committedMs === undefined)
    return `the turn ended ${end?.outcome ?? 'never'}`;
  const last = playout.audible().at(-1);
  const late = playout.units.filter(({ atMs }) => atMs > committedMs + IN_FLIGHT_MS);
  const result = {
    lengthMs,
    silenceMs: last.heardToMs - said.onsetMs,
    lastedMs: lastedMs - said.onsetMs,
    lateMs,
    heldMs: heldMs - lastedMs,
    lastUnitMs: last.atMs - heldMs,
    committedMs: committedMs - said.onsetMs,
    late: late.length,
    lateAudible: late.filter(({ heardToMs }) => heardToMs !== undefined).length,
    heard: end.heard,
  };
  if (!LONG.startsWith(end.heard) && kind !== 'vision') return `it is kept as heard: ${end.heard}`;
  keep(result);
  return undefined;
}

async function murmured(rig, _kind, speeches, _count, keep) {
  const { conversation, mic, model, playout, recognizer } = rig;
  if (!(await sounding(rig, 'typed', speeches, false))) return 'the reply never sounded';
  recognizer.calls.length = 0;
  let [heldMs, resumedMs] = [];
  const offs = [
    conversation.events.on('held', () => {
      heldMs ??= performance.now();
    }),
    conversation.events.on('resumed', () => {
      resumedMs ??= performance.now();
    }),
  ];
  const ended = once(conversation.events, 'turnEnded');
  const said = mic.say(speeches.cut(400), ['うん']);
  const [end] = (await Promise.race([ended, wait(LIMIT_MS, [])])) ?? [];
  for (const off of offs) off();
  model.answer = () => '';
  if (end?.outcome !== 'completed') return `the turn ended ${end?.outcome ?? 'never'}`;
  if (end.heard !== LONG) return `it is kept as heard: ${end.heard}`;
  if (heldMs === undefined || resumedMs === undefined)
    return heldMs === undefined ? 'not held' : 'not resumed';
  const knownMs = recognizer.calls.filter(({ gaveMs }) => gaveMs <= resumedMs).at(-1).gaveMs;
  const audible = playout.audible();
  const again = audible.find(({ atMs }) => atMs > resumedMs);
  const before = audible.filter(({ atMs }) => atMs <= resumedMs).at(-1);
  keep({
    againMs: again.heardFromMs - knownMs,
    wireMs: again.atMs - knownMs,
    silentMs: again.heardFromMs - before.heardToMs,
    heldMs: before.heardToMs - said.onsetMs,
  });
  return undefined;
}

async function open() {
  const rig = await openRig({
    conversation: { history: { maxPairs: 4 }, reply: { sorry: '' } },
    ...{ tools: [TOOL], getImageUrl, port: values.port && Number(values.port) },
  });
  rig.model.letterMs = LETTER_MS;
  return rig;
}

async function measure(kind, bars) {
  const rig = await open();
  const speeches = new Speeches(kind.length);
  // One reply is heard in peace: the ear learns whether it has an echo.
  rig.model.answer = () => LONG;
  await rig.conversation.ask({ text: '話してください。', by: 'typed' }).ended;
  const results = [];
  const wrong = [];
  const one = kind === 'backchannel' ? murmured : interrupted;
  try {
    for (let count = -WARM_UP; count < RUNS; count++) {
      let kept;
      const problem = await one(rig, kind, speeches, count + WARM_UP, (result) => {
        kept = result;
      });
      if (values.verbose) console.log(kind, count, problem ?? JSON.stringify(kept));
      if (problem !== undefined) wrong.push(problem);
      else if (count >= 0) results.push(kept);
    }
  } finally {
    await rig.close();
  }
  bars.hold(
    wrong.length === 0,
    `${kind}: ${results.length} measured, ${wrong.length} went wrong ${[...new Set(wrong)].join('; ')}`,
  );
  if (kind === 'backchannel') tellMurmurs(results, bars);
  else tellInterruptions(results, bars);
}

function tellMurmurs(results, bars) {
  const list = (key) => results.map((result) => result[key]);
  bars.tell(`  known → first unit: ${spread(list('wireMs'))}`);
  bars.tell(`  silent for ${spread(list('silentMs'))}`);
  bars.hold(
    at(list('againMs'), 0.95) <= AGAIN_MS,
    `  known → heard again: ${spread(list('againMs'))}, p95 ≤ ${AGAIN_MS} ms`,
  );
}

function tellInterruptions(results, bars) {
  const list = (key, of = results) => of.map((result) => result[key]);
  bars.tell(`  onset → the ear is sure: ${spread(list('lastedMs'))}`);
  bars.tell(`  of it, the frame of the microphone came late by ${spread(list('lateMs'))}`);
  bars.tell(`  sure → told to pause: ${spread(list('heldMs'))}`);
  bars.tell(`  told to pause → last unit with sound: ${spread(list('lastUnitMs'))}`);
  for (const lengthMs of LENGTHS_MS) {
    const of = results.filter((result) => result.lengthMs === lengthMs);
    bars.tell(`  onset → commit, ${lengthMs / 1000} s: ${spread(list('committedMs', of))}`);
    const silence = list('silenceMs', of);
    bars.hold(
      at(silence, 0.95) <= SILENCE_MS,
      `  onset → last audible sample, ${lengthMs / 1000} s: ${spread(silence)}, p95 ≤ ${SILENCE_MS} ms`,
    );
  }
  const late = list('late').reduce((sum, count) => sum + count, 0);
  const audible = list('lateAudible').reduce((sum, count) => sum + count, 0);
  bars.hold(late === 0, `  ${late} units after the commit, ${audible} of them with sound`);
}

async function measureFirsts(bars) {
  const [times, missed] = [[], []];
  for (let count = 0; count < Math.min(FIRSTS, RUNS); count++) {
    const rig = await open();
    const speeches = new Speeches(count + 1);
    try {
      const fromMs = performance.now();
      const problem = await interrupted(rig, 'typed', speeches, 1, ({ silenceMs }) => times.push(silenceMs));
      if (problem !== undefined) missed.push(problem);
      if (values.verbose) console.log('first', count, performance.now() - fromMs, problem ?? times.at(-1));
    } finally {
      await rig.close();
    }
  }
  bars.tell(
    `first reply of a conversation, 2.2 s: ${times.length} interrupted, onset → last audible sample ${spread(times)}; ` +
      `${missed.length} not ${[...new Set(missed)].join('; ')}`,
  );
}

const bars = new Bars();
bars.tell(`of each last audible sample, ${PEER_MS} ms are those of MMDAgent-EX, and up to 100 ms its lead`);
for (const kind of values.kinds.split(','))
  await (kind === 'first' ? measureFirsts(bars) : measure(kind, bars));
bars.end(values.check);
