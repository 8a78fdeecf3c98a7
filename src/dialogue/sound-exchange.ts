import type { Cue } from '../expression/index.js';
import { MarkupScanner } from '../expression/index.js';
import type { Utterance } from '../hearing/index.js';
import type { GivenPart, GivenSound, Reply } from '../reply/index.js';
import { fillIn } from './history.js';
import type { AssistantStep, EntryPiece, HistoryEntry } from './history-entry.js';
import { Line } from './line.js';
import { lookAt, type Sight } from './look-at.js';
import { VISION_CUE } from './ports.js';
import type { Services } from './services.js';
import type { SoundAnswer, SoundBrain, SoundFunction, SoundSight } from './sound-brain.js';
import { SoundCues } from './sound-cues.js';
import { expressFunction, lookFunction, sourcesIn } from './sound-functions.js';
import { SoundGate } from './sound-gate.js';
import { SoundWords } from './sound-words.js';
import type { Trace } from './trace.js';
import type { TurnPlan } from './turn-plan.js';
import type { TurnTeller } from './turn-teller.js';
import { UNWRITTEN } from './wordless-recognizer.js';

const SENTENCE_END = /[。！？.!?\n]["'」』）)]*\s*$/;

export interface SoundExchangeOptions {
  readonly services: Services;
  readonly brain: SoundBrain;
  readonly plan: TurnPlan;
  readonly entry: HistoryEntry;
  readonly teller: TurnTeller;
  readonly trace: Trace;
  readonly signal: AbortSignal;
  /** Values of `{name}` in the system prompt. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The question was put in other words than the user's: those are asked, and not the sound. */
  readonly isReworded: boolean;
  readonly onAlive: () => void;
  /** A guard ended the reply: what was let through of it is heard, then this is said. Undefined: the conversation's own words. */
  readonly onBlocked: (text: string | undefined, soundMs: number) => void;
}

/**
 * One turn of a brain that hears and speaks by itself: its words join the history as they become known, its cues are shown in step with
 * its sound, and guards see its words before the sound of them is heard.
 */
export class SoundExchange {
  readonly #options: SoundExchangeOptions;
  readonly #answer: SoundAnswer;
  readonly #step: AssistantStep;
  /** The whole reply is one piece to the voice. */
  readonly #piece: EntryPiece = { raw: '', text: '', tags: '', spoken: 0 };
  readonly #words: SoundWords;
  readonly #line = new Line<string>();
  readonly #cues: SoundCues;
  readonly #gate: SoundGate | undefined;
  /** Sources of pictures that its words asked for. */
  #wanted: string[] = [];
  #isWithTools = false;
  /** Of a sentence that goes on. */
  #open = { raw: '', text: '', cues: [] as Cue[] };

  constructor(options: SoundExchangeOptions) {
    this.#options = options;
    const { services, entry, plan, brain, isReworded } = options;
    const { ports } = services;
    this.#step = entry.beginAnswer();
    this.#step.pieces.push(this.#piece);
    this.#words = new SoundWords(ports.openMarks?.() ?? new MarkupScanner());
    this.#cues = new SoundCues(
      (cue, atMs) => services.sinks.cue(cue, atMs),
      () => ports.clock.nowMs(),
    );
    this.#gate = this.#openGate();
    const sound = plan.by === 'voice' ? (plan.sound ?? []) : [];
    if (isReworded) for (const utterance of sound) brain.unhear?.(utterance);
    if (sound.length > 0) entry.text = entry.text.replaceAll(UNWRITTEN, '').trim();
    this.#answer = this.#ask(isReworded ? [] : sound);
  }

  get given(): GivenSound {
    const { sound } = this.#answer;
    return { sound: this.#toItsEnd(this.#gate?.through(sound) ?? sound), transcript: this.#line.read() };
  }

  /** What the user said, once it is written down; never rejects. */
  get userText(): Promise<string | undefined> {
    return this.#answer.userText;
  }

  /** What it says, as far as it is known, without tags. */
  get text(): string {
    return this.#piece.text;
  }

  get isWithTools(): boolean {
    return this.#isWithTools;
  }

  /** Shows its cues when they are heard. */
  follow(reply: Reply): void {
    this.#cues.follow(reply);
  }

  /** Nothing of it is shown any more. */
  silence(): void {
    this.#cues.close();
  }

  /** It goes on in another voice: of its own words only these are part of the reply. */
  endAt(heard: string, instead: EntryPiece): void {
    this.#piece.raw = heard;
    this.#piece.text = heard;
    this.#step.pieces.push(instead);
  }

  truncate(heardMs: number): Promise<void> {
    return this.#answer.truncate(heardMs);
  }

  cancel(): Promise<void> {
    return this.#answer.cancel();
  }

  #ask(utterances: readonly Utterance[]): SoundAnswer {
    const { brain, services, entry, teller, trace, signal, parameters, onAlive } = this.#options;
    const { settings, history } = services;
    const prompt = fillIn(settings.systemPrompt, { ...settings.parameters, ...parameters });
    return brain.answer({
      utterances,
      text: entry.text,
      images: entry.images,
      instructions: [prompt, history.noteFor(entry)],
      functions: this.#functions(prompt),
      metadata: teller.about(),
      signal,
      onText: (words) => {
        trace.mark('firstToken');
        onAlive();
        teller.text(words);
        if (this.#gate === undefined) this.#said(words);
        else this.#gate.words(words);
      },
      onTool: (news) => {
        this.#isWithTools = news.stage !== 'result';
        onAlive();
        teller.tool(news);
      },
      onResult: (call, result, isError) => {
        this.#step.calls = [...this.#step.calls, call];
        entry.addResult(call, result, isError);
      },
      seen: () => this.#seen(),
    });
  }

  #functions(prompt: string): readonly SoundFunction[] {
    const { cueChoices = [], eyes } = this.#options.services.ports;
    const sources = eyes === undefined ? [] : sourcesIn(prompt);
    return [
      ...(cueChoices.length === 0
        ? []
        : [expressFunction(cueChoices, (cue, soundMs) => this.#cues.add(cue, { soundMs }))]),
      ...(sources.length === 0 ? [] : [lookFunction(sources, (source) => this.#look(source))]),
    ];
  }

  #openGate(): SoundGate | undefined {
    const { services, teller, signal, onBlocked } = this.#options;
    const { ports, settings } = services;
    if (ports.guards?.has('response') !== true) return undefined;
    return new SoundGate({
      clock: ports.clock,
      guard: ports.guards.response(teller.about(), signal),
      reader: ports.openReader(),
      stallMs: settings.reply.stallMs,
      onPassed: (raw) => this.#said(raw),
      onBlocked: (text, soundMs) => {
        // What will not be heard is not made any more; less may be heard than was let through.
        void this.#answer.truncate(soundMs);
        onBlocked(text, soundMs);
      },
    });
  }

  async #seen(): Promise<SoundSight | undefined> {
    await this.#gate?.flush();
    const wanted = this.#wanted.splice(0);
    if (wanted.length === 0) return undefined;
    const sights: Sight[] = [];
    for (const source of wanted) sights.push(await this.#look(source));
    return {
      text: sights.map(({ text }) => text).join('\n'),
      images: sights.flatMap(({ images }) => images),
    };
  }

  async #look(source: string): Promise<Sight> {
    const { services, teller, entry, signal, onAlive } = this.#options;
    onAlive();
    teller.vision(source);
    this.#isWithTools = true;
    try {
      const sight = await lookAt(source, { eyes: services.ports.eyes, metadata: teller.about(), signal });
      entry.addPicture(sight.text, sight.images);
      return sight;
    } finally {
      this.#isWithTools = false;
    }
  }

  #said(words: string): void {
    this.#take(this.#words.push(words));
  }

  #take({ raw, text, cues }: ReturnType<SoundWords['push']>): void {
    this.#piece.raw += raw;
    this.#piece.text += text;
    this.#open.raw += raw;
    this.#open.text += text;
    for (const { cue, units } of cues) {
      this.#open.cues.push(cue);
      if (cue.name !== VISION_CUE) this.#cues.add(cue, { units });
      else if (this.#options.services.ports.eyes !== undefined) this.#wanted.push(cue.value);
    }
    if (text !== '') this.#line.add(text);
    if (SENTENCE_END.test(this.#open.text)) this.#tell();
  }

  /** Told sentence by sentence, as of a model of text. */
  #tell(): void {
    const { raw, text, cues } = this.#open;
    this.#open = { raw: '', text: '', cues: [] };
    if (text.trim() === '' && cues.length === 0) return;
    this.#options.teller.piece({ index: 0, raw, text, cues, language: undefined, endsSentence: true });
  }

  async *#toItsEnd(sound: GivenSound['sound']): AsyncGenerator<GivenPart> {
    try {
      yield* sound;
    } finally {
      this.#take(this.#words.end());
      this.#tell();
      this.#line.end();
    }
  }
}
