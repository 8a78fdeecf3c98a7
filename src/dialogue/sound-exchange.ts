import type { Utterance } from '../hearing/index.js';
import type { GivenSound } from '../reply/index.js';
import type { EntryPiece, HistoryEntry } from './history-entry.js';
import type { SoundAnswer, SoundBrain } from './sound-brain.js';
import type { Trace } from './trace.js';
import type { TurnPlan } from './turn-plan.js';
import type { TurnTeller } from './turn-teller.js';
import { UNWRITTEN } from './wordless-recognizer.js';

const SENTENCE_END = /[。！？.!?\n]["'」』）)]*\s*$/;

export interface SoundExchangeOptions {
  readonly brain: SoundBrain;
  readonly plan: TurnPlan;
  readonly entry: HistoryEntry;
  readonly teller: TurnTeller;
  readonly trace: Trace;
  readonly signal: AbortSignal;
  readonly onAlive: () => void;
}

/** One turn of a brain that hears and speaks by itself: its words join the history as they become known. */
export class SoundExchange {
  readonly #answer: SoundAnswer;
  readonly #teller: TurnTeller;
  #isWithTools = false;
  #text = '';
  /** Words of a sentence that goes on. */
  #open = '';

  constructor({ brain, plan, entry, teller, trace, signal, onAlive }: SoundExchangeOptions) {
    this.#teller = teller;
    const step = entry.beginAnswer();
    // The whole reply is one piece to the voice.
    const piece: EntryPiece = { raw: '', text: '', tags: '', spoken: 0 };
    step.pieces.push(piece);
    const text = entry.text.replaceAll(UNWRITTEN, '').trim();
    const sounds = plan.by === 'voice' ? (plan.sound ?? []) : [];
    this.#answer = brain.answer({
      sound: sounds.length === 0 ? undefined : oneAfterTheOther(sounds),
      utterance: sounds.length === 1 ? sounds[0] : undefined,
      text,
      images: entry.images,
      metadata: teller.about(),
      signal,
      onText: (words) => {
        trace.mark('firstToken');
        piece.raw += words;
        piece.text += words;
        onAlive();
        teller.text(words);
        this.#said(words);
      },
      onTool: (news) => {
        this.#isWithTools = news.stage !== 'result';
        onAlive();
        teller.tool(news);
      },
    });
    if (sounds.length > 0) entry.text = text;
    void this.#answer.userText.then((said) => {
      if (said !== undefined && said.trim() !== '') entry.text = said.trim();
    });
  }

  get given(): GivenSound {
    const { sound, transcript } = this.#answer.given;
    return { sound: this.#toItsEnd(sound), transcript };
  }

  /** What it says, as far as it is known. */
  get text(): string {
    return this.#text;
  }

  get isWithTools(): boolean {
    return this.#isWithTools;
  }

  truncate(heardMs: number): Promise<void> {
    return this.#answer.truncate(heardMs);
  }

  cancel(): Promise<void> {
    return this.#answer.cancel();
  }

  /** Told sentence by sentence, as of a model of text. */
  #said(words: string): void {
    this.#text += words;
    this.#open += words;
    if (SENTENCE_END.test(this.#open)) this.#tell();
  }

  #tell(): void {
    const text = this.#open;
    this.#open = '';
    if (text.trim() === '') return;
    this.#teller.piece({ index: 0, raw: text, text, cues: [], language: undefined, endsSentence: true });
  }

  async *#toItsEnd(sound: GivenSound['sound']): AsyncGenerator<Sound> {
    yield* sound;
    this.#tell();
  }
}

type Sound = GivenSound['sound'] extends AsyncIterable<infer T> ? T : never;

async function* oneAfterTheOther(utterances: readonly Utterance[]): AsyncGenerator<Uint8Array> {
  for (const utterance of utterances) yield utterance.pcm();
}
