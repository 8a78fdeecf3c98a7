import { jsonLines, refusalOf } from './json-lines.js';

/** What was said, as the server has it. */
export interface TalkSaid {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly outcome: TalkOutcome | 'open';
  /** Of the avatar in the turn under way: what is to be said so far, of which `text` was heard. */
  readonly reply?: string;
  /** Of the user: as the page that asked named it. */
  readonly id?: string;
  readonly pictures?: number;
}

export type TalkOutcome = 'completed' | 'interrupted' | 'failed' | 'dropped';

export type TalkPhase = 'idle' | 'listening' | 'thinking' | 'speaking';

/** What the server tells; see its `TalkEvent`. What it leaves out is not there. */
export type TalkEvent =
  | {
      readonly event: 'opened';
      readonly talk: string;
      readonly model: string;
      readonly isDemonstration: boolean;
      readonly said: readonly TalkSaid[];
    }
  | {
      readonly event: 'turn';
      readonly talk: string;
      readonly turn: number;
      readonly id?: string;
      readonly pictures: number;
    }
  | { readonly event: 'started'; readonly turn: number; readonly text: string }
  | { readonly event: 'phase'; readonly phase: TalkPhase }
  | { readonly event: 'chunk'; readonly turn: number; readonly text: string }
  | { readonly event: 'heard'; readonly turn: number; readonly from: number; readonly text: string }
  | { readonly event: 'face'; readonly face: string; readonly emoji?: string; readonly lastsMs: number }
  | {
      readonly event: 'tool';
      readonly turn: number;
      readonly name: string;
      readonly stage: 'called' | 'progress' | 'result';
    }
  | { readonly event: 'toolProgress'; readonly call: string; readonly name: string; readonly text: string }
  | { readonly event: 'vision'; readonly id: string; readonly source: string }
  | { readonly event: 'looked'; readonly id: string }
  | { readonly event: 'credit'; readonly credit: string }
  | {
      readonly event: 'notice';
      readonly code: string;
      readonly values: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | { readonly event: 'error'; readonly code: string; readonly message: string }
  | {
      readonly event: 'ended';
      readonly turn: number;
      readonly outcome: TalkOutcome;
      readonly heard: string;
      readonly error?: { readonly code: string; readonly message: string };
    }
  | { readonly event: 'gone'; readonly turn: number }
  | { readonly event: 'forgotten' }
  | TalkState;

/** How things stand, for who comes to watch. */
export interface TalkState {
  readonly event: 'state';
  /** Undefined: there is no conversation yet. */
  readonly talk?: string;
  readonly phase: TalkPhase;
  readonly model?: string;
  readonly isDemonstration?: boolean;
  readonly credits: readonly string[];
  readonly said: readonly TalkSaid[];
}

export interface TalkMessage {
  readonly text: string;
  /** `data:image/jpeg;base64,…` */
  readonly image: string | undefined;
  /** The page's own name for it: its turn is known by it in every tab. */
  readonly id: string;
}

/** The conversation of this page with one avatar. `lane` undefined: whichever fits. */
export class TalkLine {
  lane: string | undefined;

  /** One turn to its end. @throws {PlayError} the server refused, or the connection was lost. */
  async ask(message: TalkMessage, tell: (event: TalkEvent) => void): Promise<void> {
    const response = await this.#post('api/talk', message);
    let hasEnded = false;
    for await (const event of jsonLines<TalkEvent>(response)) {
      hasEnded ||= event.event === 'ended' || event.event === 'error';
      tell(event);
    }
    if (!hasEnded)
      throw { code: 'BRIDGE_ERR_DAEMON_UNREACHABLE', message: 'The connection was lost during the turn' };
  }

  /** @throws {PlayError} */
  async stop(): Promise<void> {
    await this.#post('api/talk/stop', {});
  }

  /** @throws {PlayError} */
  async forget(): Promise<void> {
    await this.#post('api/talk/forget', {});
  }

  /** The answer to `vision`. @throws {PlayError} */
  async give(id: string, picture: { readonly image: string } | { readonly refused: string }): Promise<void> {
    await this.#post('api/talk/picture', { id, ...picture });
  }

  async #post(path: string, body: object): Promise<Response> {
    const response = await fetch(this.#url(path), {
      method: 'POST',
      headers: { Accept: 'application/x-ndjson', 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await refusalOf(response);
    return response;
  }

  #url(path: string): string {
    return this.lane === undefined ? path : `${path}?${new URLSearchParams({ lane: this.lane })}`;
  }
}
