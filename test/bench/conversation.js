// A conversation by voice, as the program composes it: from the end of what a user says to the first audio on the wire.
//   node test/bench/conversation.js [--turns 40] [--ways 0,1,2] [--check]
// Needs `npm run build`. A daemon of its own process, MMDAgent-EX's place taken behind its WebSocket link on another thread, recorded
// speech fed to the real ear in real time over a soft noise, engines that are scripted as AIAvatarKit was measured: recognition 150 ms
// for what it is given at once, a model 30 ms a letter, synthesis 100 ms a piece; sentences of 11 letters whose first clause has 6.
//
// End of speech: behind the last 10 ms of the recording that are less than 30 dB below its loudest; it dies away behind that. First
// audio: the arrival of the first unit that is not silence. Between them the engines and pauses take, by necessity:
//   with speculation      120 ms (a likely end) + 150 + 6 * 30 + 100 = 550 ms, or the pause where that is longer
//   without, fixed 0.5 s  500 ms (recognition runs meanwhile)        + 6 * 30 + 100 = 780 ms
// Own overhead: what is left of end of pause → first audio when the engines' times are taken out, as for AIAvatarKit (70 ms). It is the
// sum of the gaps on the path to the first audio, each between two moments that were really met:
//   pause or likely end heard (the frame of the microphone that completes it) → recognizer asked
//   recognizer gave its words, and the end stands where the reply may not be guessed → model asked
//   model gave the letter that completes the first clause → synthesis asked
//   synthesis gave sound, and the end stands → first audio on the wire
// What the ear adds (its frames of 20 ms, how long it holds on to a voice) is told apart: it is in the time from the end of speech.
// Timers of the machine that wake late are in the engines' times and so in no overhead, but in the time from the end of speech.
import { parseArgs } from 'node:util';
import {
  at,
  Bars,
  CLAUSE_LETTERS,
  FIXED_REPLY,
  openRig,
  Speeches,
  spread,
  wait,
} from './conversation-rig.js';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '40' },
    ways: { type: 'string', default: '0,1,2' },
    port: { type: 'string' },
    check: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const TURNS = Number(values.turns);
const WARM_UP = 3;
const OVERHEAD_MS = 10;
const MEDIAN_MS = 600;
const QUESTIONS = ['今日の', '天気は', 'どう', 'ですか？'];
const FIXED_PAUSE = { hearing: { pauseMs: { fixed: 500 } }, turnEnd: { finishedPauseMs: 500 } };
const WAYS = [
  { name: 'as it is set by default', settings: {}, medianMs: MEDIAN_MS },
  { name: 'fixed 0.5 s, with speculation', settings: FIXED_PAUSE },
  { name: 'fixed 0.5 s, without speculation', settings: { ...FIXED_PAUSE, speculation: { isOn: false } } },
];

/** One question by voice and its answer, heard to its end. */
async function turn(rig, speech) {
  const { conversation, hearing, mic, recognizer, model, voice, playout } = rig;
  for (const list of [recognizer.calls, model.calls, voice.calls, playout.units]) list.length = 0;
  const pauses = [];
  let endedMs;
  const offs = [
    hearing.events.on('paused', () => pauses.push(mic.frameAtMs)),
    hearing.events.on('ended', () => {
      endedMs = mic.frameAtMs;
    }),
  ];
  const over = new Promise((resolve) => conversation.events.once('turnEnded', resolve));
  const said = mic.say(speech, QUESTIONS);
  const end = await Promise.race([over, wait(15_000)]);
  for (const off of offs) off();
  const [first] = playout.audible();
  const answer = model.calls.at(-1);
  if (end?.outcome !== 'completed' || first === undefined || answer === undefined) return { end };
  const clauseMs = answer.letters[CLAUSE_LETTERS - 1];
  const words = recognizer.calls.filter(({ gaveMs }) => gaveMs <= answer.askedMs).at(-1);
  const spoken = voice.calls.find(({ askedMs }) => askedMs >= clauseMs);
  const likelyMs = pauses.filter((atMs) => atMs <= words.askedMs).at(-1);
  const isGuess = answer.askedMs < endedMs;
  const gaps = {
    'pause heard → recognizer asked': words.askedMs - likelyMs,
    'words → model asked': answer.askedMs - (isGuess ? words.gaveMs : Math.max(words.gaveMs, endedMs)),
    'clause → synthesis asked': spoken.askedMs - clauseMs,
    'sound → wire': first.atMs - Math.max(spoken.gaveMs, endedMs),
  };
  return {
    ...{ end, gaps, isGuess },
    overheadMs: Object.values(gaps).reduce((sum, ms) => sum + ms, 0),
    audioMs: first.atMs - said.endMs,
    likelyMs: likelyMs - said.endMs,
    endOfTurnMs: endedMs - said.endMs,
    enginesMs: words.gaveMs - words.askedMs + clauseMs - answer.askedMs + spoken.gaveMs - spoken.askedMs,
    calls: [recognizer.calls.length, model.calls.length],
  };
}

async function measure({ name, settings, medianMs }, bars) {
  const rig = await openRig({ conversation: settings, port: values.port && Number(values.port) });
  const speeches = new Speeches(1);
  const turns = [];
  let [lost, wrong] = [0, 0];
  try {
    for (let count = 0; count < TURNS + WARM_UP; count++) {
      const one = await turn(rig, speeches.ending(1000));
      if (values.verbose) console.log(JSON.stringify(one));
      if (one.gaps === undefined) lost++;
      else if (count >= WARM_UP) turns.push(one);
      if (one.end?.heard !== FIXED_REPLY) wrong++;
      await wait(300 + Math.random() * 300);
    }
  } finally {
    await rig.close();
  }
  const list = (key) => turns.map((one) => one[key]);
  const guesses = turns.filter(({ isGuess }) => isGuess).length;
  bars.tell(`${name}: ${turns.length} voice turns, ${guesses} with a reply that was prepared before the end`);
  for (const gap of Object.keys(turns[0]?.gaps ?? {}))
    bars.tell(`  ${gap}: ${spread(turns.map(({ gaps }) => gaps[gap]))}`);
  bars.tell(`  the scripted engines took ${spread(list('enginesMs'))}`);
  bars.tell(`  end of speech → likely end heard: ${spread(list('likelyMs'))}`);
  bars.tell(`  end of speech → end of turn heard: ${spread(list('endOfTurnMs'))}`);
  bars.hold(
    at(list('overheadMs'), 0.95) <= OVERHEAD_MS,
    `own overhead: ${spread(list('overheadMs'))}, p95 ≤ ${OVERHEAD_MS} ms`,
  );
  const audio = `end of speech → first audio on the wire: ${spread(list('audioMs'))}`;
  if (medianMs === undefined) bars.tell(audio);
  else bars.hold(at(list('audioMs'), 0.5) <= medianMs, `${audio}, median ≤ ${medianMs} ms`);
  bars.hold(lost === 0 && wrong === 0, `${lost} turns lost, ${wrong} not heard as they were written`);
}

const bars = new Bars();
for (const number of values.ways.split(',')) await measure(WAYS[Number(number)], bars);
bars.end(values.check);
