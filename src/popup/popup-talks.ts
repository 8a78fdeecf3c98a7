import type { Caller } from '../access/index.js';
import type { Session, Sessions } from '../sessions/index.js';
import type { PopupOptions } from './frames.js';
import type { PopupSettings } from './settings.js';

/** A session to ask, and the context to ask it in where that is not its own. */
export interface PopupTalk {
  readonly session: Session;
  readonly context: string | undefined;
  /** Whether the answer is to be heard. */
  readonly isSpoken: boolean;
}

/** Of the sound that goes to pages: what their loudspeakers and the recogniser's ear are content with. */
export const VOICE_RATE_HZ = 24_000;
const MAX_REMEMBERED = 4096;

/**
 * The conversation of a caller and id.
 *
 * Where the sound of a session goes is settled when it is opened, and synthesizing what nobody hears would cost time and money: so there
 * are up to two sessions for an id, one that speaks and one that is only read, and the one that is asked goes on in the context of the
 * one that was asked before.
 */
export class PopupTalks {
  readonly #sessions: Pick<Sessions, 'open' | 'find'>;
  readonly #settings: Pick<PopupSettings, 'createAudioOfAnswer'>;
  /** Whether the last answer was spoken, by caller and id; the oldest are forgotten. */
  readonly #wasSpoken = new Map<string, boolean>();

  constructor(
    sessions: Pick<Sessions, 'open' | 'find'>,
    settings: Pick<PopupSettings, 'createAudioOfAnswer'>,
  ) {
    this.#sessions = sessions;
    this.#settings = settings;
  }

  /**
   * @param id - checked by `isChatId`.
   * @throws {RequestError} as `Sessions.open`.
   */
  open(caller: Caller, id: string, options: PopupOptions): PopupTalk {
    const isSpoken = this.#settings.createAudioOfAnswer && options.voice !== false;
    const session = this.#sessions.open({
      caller,
      name: nameOf(id, isSpoken),
      by: 'popup',
      persona: options.persona,
      voice: isSpoken ? { to: 'client', sampleRateHz: VOICE_RATE_HZ } : { to: 'nobody' },
      said:
        options.welcome === undefined || options.welcome === ''
          ? undefined
          : [{ role: 'assistant', text: options.welcome }],
    });
    return { session, context: this.#contextOf(caller, id, isSpoken), isSpoken };
  }

  #contextOf(caller: Caller, id: string, isSpoken: boolean): string | undefined {
    const key = `${caller.id}\n${id}`;
    const wasSpoken = this.#wasSpoken.get(key);
    this.#wasSpoken.delete(key);
    this.#wasSpoken.set(key, isSpoken);
    for (const oldest of this.#wasSpoken.keys()) {
      if (this.#wasSpoken.size <= MAX_REMEMBERED) break;
      this.#wasSpoken.delete(oldest);
    }
    if (wasSpoken === undefined || wasSpoken === isSpoken) return undefined;
    return this.#sessions.find(caller, nameOf(id, wasSpoken))?.context;
  }
}

function nameOf(id: string, isSpoken: boolean): string {
  return isSpoken ? `popup:${id}` : `popup-read:${id}`;
}
