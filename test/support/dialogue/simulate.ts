import type { ChatMessage, ChatRequest } from '../../../src/llm/index.js';
import { type Random, seededRandom } from '../../../src/runtime/index.js';
import { checkHistory } from './check-history.js';
import { FAULT_KINDS, FAULT_TIMES, type ScriptedFault } from './scripted-fault.js';
import type { ScriptedReply } from './scripted-model.js';
import { ScriptedTools } from './scripted-tools.js';
import { type Talk, talk } from './talk.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Interruptions of turns under way: it goes on until there were so many. */
  readonly interruptions: number;
  readonly isStreaming?: boolean;
  /** Share of engines' requests that go wrong. @default 0 */
  readonly faults?: number;
}

export interface SimulationResult {
  readonly problems: readonly string[];
  readonly interruptions: number;
  readonly turns: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly timersLeft: number;
  readonly simulatedMs: number;
}

/** Replies of many kinds: short, long, with tags, calls and pictures. */
function reply(request: ChatRequest, random: Random): ScriptedReply | string {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return '調べました、晴れだそうです。';
  const dice = random();
  if (dice < 0.15)
    return {
      text: '[face:joy]調べますね。',
      calls: [{ id: `c${Math.floor(random() * 1e9)}`, name: 'look_up', argumentsJson: '{}' }],
      vendor: ['signature'],
    };
  if (dice < 0.25 && !/picture/.test(textOf(last))) return '見てみます。[vision:camera]';
  if (dice < 0.4) return 'はい。';
  return 'それはですね、とても長い話になります。[animation:wave]まず最初に、昔々のことです。次に、今のことです。';
}

function textOf(message: ChatMessage | undefined): string {
  return message !== undefined && message.role !== 'tool' ? message.text : '';
}

/**
 * A conversation in which everything happens at random moments, and what must hold of it.
 *
 * Every question has a number; the number must be found in the end of a turn, or the utterance was told to be ignored.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = seededRandom(options.seed);
  const tools = new ScriptedTools(() => t.clock);
  const t: Talk = talk({
    recognizer: { isStreaming: options.isStreaming ?? false },
    settings: {
      history: { maxPairs: 6, maxTokens: 400 },
      systemPrompt: 'You are {name}.',
      parameters: { name: 'メイ' },
    },
    ports: {
      tools,
      eyes: { sources: ['camera'], look: async () => 'data:image/png;base64,AA==' },
    },
  });
  const history: string[] = [];
  t.model.answer = (request) => {
    history.push(...checkHistory(request, t.ends));
    return reply(request, random);
  };
  const world = new World(t, random, options.faults ?? 0);
  while (world.interruptions < options.interruptions) await world.step();
  const timersLeft = await world.finish();
  const outcomes: Record<string, number> = {};
  for (const { outcome } of t.ends) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    problems: [
      ...world.problems,
      ...history,
      ...checkWire(t),
      ...t.model.requests.flatMap(checkRequest),
    ].slice(0, 20),
    interruptions: world.interruptions,
    turns: t.ends.length,
    outcomes,
    timersLeft,
    simulatedMs: t.clock.nowMs(),
  };
}

class World {
  readonly problems: string[] = [];
  interruptions = 0;
  readonly #t: Talk;
  readonly #random: Random;
  readonly #faults: number;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #cuts: { readonly atMs: number; readonly replies: number }[] = [];
  #count = 0;
  /** Numbers that were asked and not found yet. */
  readonly #asked = new Map<number, string>();

  constructor(t: Talk, random: Random, faults: number) {
    this.#t = t;
    this.#random = random;
    this.#faults = faults;
    t.conversation.events.on('interrupted', () => {
      this.interruptions++;
      this.#cuts.push({ atMs: t.clock.nowMs(), replies: t.voice.replies.length });
    });
    // What a recognizer that fails was given is told as an error.
    if (faults === 0)
      t.ear.events.on('ended', (utterance) => {
        const text = new TextDecoder().decode(utterance.pcm());
        for (const [, number] of text.matchAll(/問(\d+)番/g)) this.#asked.set(Number(number), 'voice');
      });
    t.conversation.events.on('turnEnded', (end) => this.#found(end.user));
    t.conversation.events.on('ignored', (text) => this.#found(text));
  }

  async step(): Promise<void> {
    await this.#t.pass(this.#random() * 1500);
    this.#spoil();
    const dice = this.#random();
    if (dice < 0.42) this.#speak();
    else if (dice < 0.66) this.#ask();
    else if (dice < 0.74) this.#t.conversation.interrupt();
    else if (dice < 0.78) this.#t.conversation.turn?.cancel();
    else if (dice < 0.81) this.#operate();
    else if (dice < 0.83) this.#t.ear.drop('noise');
    else if (dice < 0.86) this.#t.ear.cut();
    // And sometimes nothing happens for long enough that a reply is heard to its end.
    else await this.#t.pass(12_000);
  }

  async finish(): Promise<number> {
    const { conversation, pass, voice } = this.#t;
    conversation.handBack();
    await pass(200_000);
    if (conversation.phase !== 'idle') this.problems.push(`ends in phase ${conversation.phase}`);
    if (conversation.turn !== undefined) this.problems.push('a turn is still under way');
    let settled = 0;
    for (const pending of this.#pending) void pending.then(() => settled++);
    await pass(0);
    if (settled !== this.#pending.size)
      this.problems.push(`${this.#pending.size - settled} handles never settled`);
    for (const { atMs, replies } of this.#cuts)
      if (voice.sent.some((unit) => unit.reply < replies && unit.atMs > atMs))
        this.problems.push(`something left after the interruption at ${atMs}`);
    for (const [number, how] of this.#asked) this.problems.push(`question ${number} (${how}) was lost`);
    await this.#works();
    const timersLeft = await this.#t.end();
    if (this.#t.model.running > 0 && this.#faults === 0)
      this.problems.push(`${this.#t.model.running} requests still run`);
    return timersLeft;
  }

  /** After everything, an ordinary turn is answered. */
  async #works(): Promise<void> {
    const { conversation, pass, model, voice, recognizer } = this.#t;
    for (const engine of [model, voice, recognizer]) engine.faults.length = 0;
    const handle = conversation.ask({ text: 'まだいますか？', by: 'typed' });
    await pass(60_000);
    const end = await Promise.race([handle.ended, Promise.resolve(undefined)]);
    if (end?.outcome !== 'completed') this.problems.push(`the last turn ended ${end?.outcome ?? 'never'}`);
  }

  #speak(): void {
    const number = ++this.#count;
    const dice = this.#random();
    const ms = 150 + this.#random() * 1500;
    const { ear } = this.#t;
    if (dice < 0.15) ear.say({ text: 'うん', ms: 300 });
    else if (dice < 0.2) ear.say({ text: '', ms });
    else if (dice < 0.25) ear.say({ text: '待って', ms: 400 });
    else if (dice < 0.45) {
      const pauseMs = 100 + this.#random() * 600;
      ear.say({ text: 'ええと…', ms: 300 }, { pauseMs }, { text: `問${number}番。`, ms });
    } else ear.say({ text: `問${number}番${dice < 0.7 ? '。' : ''}`, ms });
  }

  #ask(): void {
    const number = ++this.#count;
    const by = pick(this.#random, ['typed', 'peer', 'tool', 'operator', 'typed'] as const);
    const ifBusy = pick(this.#random, ['interrupt', 'interrupt', 'queue', 'refuse'] as const);
    const text = `問${number}番。`;
    try {
      if (this.#random() < 0.1) {
        this.#pending.add(this.#t.conversation.say('お知らせです、少しお待ちください。', { ifBusy }).ended);
        return;
      }
      this.#pending.add(this.#t.conversation.ask({ text, by, ifBusy }).ended);
      this.#asked.set(number, `${by}, ${ifBusy}`);
    } catch (error) {
      if ((error as { code?: string }).code !== 'BRIDGE_ERR_TURN_REFUSED') throw error;
    }
  }

  #operate(): void {
    const { conversation } = this.#t;
    if (conversation.isOperated) conversation.handBack();
    else conversation.takeOver();
  }

  #spoil(): void {
    const { model, voice, recognizer } = this.#t;
    for (const engine of [model, voice, recognizer]) {
      if (this.#random() >= this.#faults || engine.faults.length > 0) continue;
      const fault: ScriptedFault = {
        kind: pick(this.#random, FAULT_KINDS),
        when: pick(this.#random, FAULT_TIMES),
      };
      engine.faults.push(fault);
    }
  }

  #found(text: string): void {
    for (const [, number] of text.matchAll(/問(\d+)番/g)) this.#asked.delete(Number(number));
  }
}

/** No reply goes back to an earlier one, and each is a beginning of its own pieces: nothing twice, nothing left out. */
function checkWire({ voice }: Talk): readonly string[] {
  const problems: string[] = [];
  let latest = 0;
  for (const { reply: number, atMs } of voice.sent) {
    if (number < latest) problems.push(`reply ${number} sounded at ${atMs} behind reply ${latest}`);
    latest = Math.max(latest, number);
  }
  for (const [number, { pieces }] of voice.replies.entries()) {
    const sent = voice.textOf(number);
    const whole = pieces.map(({ text }) => text).join('');
    if (!whole.startsWith(sent)) problems.push(`reply ${number} said ${sent}, not ${whole}`);
  }
  return problems;
}

/** What a model is given is whole: calls with their results, in turns, the system prompt first and filled in. */
function checkRequest({ messages }: ChatRequest): readonly string[] {
  const problems: string[] = [];
  if (messages[0]?.role !== 'system' || !messages[0].text.startsWith('You are メイ.'))
    problems.push('the system prompt is not first');
  const open = new Set<string>();
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.callId)) problems.push(`a result without its call: ${message.callId}`);
      continue;
    }
    if (open.size > 0) problems.push('a call without its result');
    if (message.role === 'user' && messages[at - 1]?.role === 'user')
      problems.push('two of the user in a row');
    if (message.role === 'assistant') {
      for (const { id } of message.calls ?? []) open.add(id);
      if (message.text.includes('...')) problems.push('a mark among the words');
    }
  }
  const last = messages.at(-1);
  if (last?.role !== 'user' && last?.role !== 'tool') problems.push(`the last message is of ${last?.role}`);
  return problems;
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}
