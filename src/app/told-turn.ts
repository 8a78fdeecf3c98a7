import type { TurnBy, TurnEnd, TurnHandle } from '../dialogue/index.js';
import { type BridgeError, errorText } from '../runtime/index.js';
import type { TalkEvent, TalkQuestion } from '../server/index.js';

/** What a question is known by, behind its words. */
export interface TurnMark {
  readonly id?: string;
  readonly pictures: number;
}

export interface ToldTurnOptions {
  /** The conversation. */
  readonly talk: string;
  /** Undefined: nobody asked it here. */
  readonly question: TalkQuestion | undefined;
  readonly tell: (event: TalkEvent) => void;
}

/** One turn as it is told: its events as they come, and how far it is for those who come later. */
export class ToldTurn {
  readonly turn: number;
  readonly mark: TurnMark;
  readonly #tell: (event: TalkEvent) => void;
  #reply = '';
  #heard = '';

  constructor(handle: TurnHandle, { talk, question, tell }: ToldTurnOptions) {
    const { turn, by } = handle;
    this.turn = turn;
    this.mark = markOf(question);
    this.#tell = tell;
    tell({ event: 'turn', talk, turn, by, ...this.mark });
    this.#follow(handle);
  }

  /** Handed to the voice so far. */
  get reply(): string {
    return this.#reply;
  }

  /** As the reader of `heard` has it. */
  get heard(): string {
    return this.#heard;
  }

  ended({ outcome, heard, error, trace }: TurnEnd): void {
    const { turn } = this;
    this.#tell({ event: 'ended', turn, outcome, heard, error: toldError(error), trace: { ...trace } });
  }

  #follow({ events, by }: TurnHandle): void {
    const { turn } = this;
    const tell = this.#tell;
    events.on('started', (text) => tell({ event: 'started', turn, text: isSaid(by) ? text : '' }));
    events.on('chunk', ({ text, cues }) => {
      this.#reply += text;
      tell({ event: 'chunk', turn, text, cues: cues.map(({ name, value }) => ({ name, value })) });
    });
    events.on('heard', ({ text }) => {
      if (text === this.#heard) return;
      const from = commonLength(this.#heard, text);
      this.#heard = text;
      tell({ event: 'heard', turn, from, text: text.slice(from) });
    });
    events.on('tool', ({ name, stage, isError }) => {
      tell({ event: 'tool', turn, name, stage, isError: isError === true });
    });
  }
}

/** Whether a turn's words are the user's: those of a tool are told to the model only. */
export function isSaid(by: TurnBy): boolean {
  return by !== 'tool';
}

function markOf(question: TalkQuestion | undefined): TurnMark {
  const pictures = question?.image === undefined ? 0 : 1;
  return question?.id === undefined ? { pictures } : { id: question.id, pictures };
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

function toldError(
  error: BridgeError | undefined,
): { readonly code: string; readonly message: string } | undefined {
  return error === undefined ? undefined : { code: error.code, message: errorText(error) };
}
