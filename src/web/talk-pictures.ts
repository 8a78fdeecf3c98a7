import { Emitter } from '../runtime/emitter.js';
import { byId } from './dom.js';
import { type PictureSource, PictureSources, smallCopy, type TakenPicture } from './picture-source.js';
import { type PlayError, playErrorOf } from './play-error.js';
import { namedPicture } from './talk-bubble.js';
import type { Words } from './words.js';

export interface TalkPicturesEvents {
  /** What is attached to the next message changed. */
  changed: [];
  failed: [error: PlayError | undefined];
}

type Answer = { readonly image: string } | { readonly refused: string };

const PREVIEW_PX = 200;
const BUTTONS = { camera: 'talk-camera', screenshot: 'talk-screen' } as const;

/** Pictures for the avatar: those that the user attaches, and those that it asks for, with the user's leave. */
export class TalkPictures {
  readonly events = new Emitter<TalkPicturesEvents>();
  readonly #words: Words;
  readonly #sources = new PictureSources();
  readonly #box = byId('talk-picture');
  readonly #frame = byId('talk-picture-frame');
  readonly #consent = byId('talk-consent');
  readonly #question = byId('talk-consent-text');
  /** What the user answered, once for each source while the page is open. */
  readonly #leave = new Map<PictureSource, boolean>();
  #attached: TakenPicture | undefined;
  #asking:
    | {
        readonly source: PictureSource;
        readonly id: string;
        readonly answer: (isAllowed: boolean | undefined) => void;
      }
    | undefined;

  constructor(words: Words) {
    this.#words = words;
    for (const source of ['camera', 'screenshot'] as const)
      byId(BUTTONS[source], HTMLButtonElement).addEventListener('click', () => void this.#attach(source));
    byId('talk-picture-remove').addEventListener('click', () => {
      this.drop();
      byId('talk-text').focus();
    });
    byId('talk-consent-yes').addEventListener('click', () => this.#answer(true));
    byId('talk-consent-no').addEventListener('click', () => this.#answer(false));
    words.events.on('changed', () => this.#showQuestion());
    // The browser's sign of sharing must not stay on.
    addEventListener('pagehide', () => this.#sources.close());
  }

  get attached(): TakenPicture | undefined {
    return this.#attached;
  }

  /** For a bubble. */
  preview({ canvas }: TakenPicture): HTMLCanvasElement {
    const small = smallCopy(canvas, PREVIEW_PX);
    small.className = 'bubble-picture';
    return namedPicture(small, this.#words);
  }

  /** Nothing is attached any more. */
  drop(): void {
    this.#attached = undefined;
    this.#box.hidden = true;
    this.#frame.replaceChildren();
    this.events.emit('changed');
  }

  /**
   * The avatar wants to see. Asks the user, the first time. Never rejects.
   *
   * @returns undefined: another tab has answered, or the turn is over.
   */
  async look(source: string, id: string): Promise<Answer | undefined> {
    if (source !== 'camera' && source !== 'screenshot') return { refused: 'the page has no such source' };
    const mayLook = await this.#mayLook(source, id);
    if (mayLook === undefined) return undefined;
    if (!mayLook) return { refused: 'the user does not want to be seen' };
    try {
      return { image: (await this.#sources.take(source, true)).image };
    } catch (error) {
      const fault = playErrorOf(error);
      // The user may allow it in the browser, or share the screen again: that is worth another question.
      this.#leave.delete(source);
      this.events.emit('failed', fault);
      return { refused: fault.message };
    }
  }

  /** The turn that asked is over, or this question was answered. @param id - left out: whichever it is. */
  askNoMore(id = this.#asking?.id): void {
    if (id === this.#asking?.id) this.#asking?.answer(undefined);
  }

  /** The avatar is another, or has forgotten. */
  reset(): void {
    this.drop();
    this.askNoMore();
  }

  async #attach(source: PictureSource): Promise<void> {
    this.events.emit('failed', undefined);
    try {
      const picture = await this.#sources.take(source);
      this.#attached = picture;
      this.#frame.replaceChildren(this.preview(picture));
      this.#box.hidden = false;
      this.events.emit('changed');
      byId('talk-text').focus();
    } catch (error) {
      this.events.emit('failed', playErrorOf(error));
    }
  }

  #mayLook(source: PictureSource, id: string): Promise<boolean | undefined> {
    const known = this.#leave.get(source);
    if (known === false || (known === true && this.#sources.isOpen(source))) return Promise.resolve(known);
    this.askNoMore();
    return new Promise((resolve) => {
      this.#asking = {
        source,
        id,
        answer: (isAllowed) => {
          this.#asking = undefined;
          this.#showQuestion();
          resolve(isAllowed);
        },
      };
      this.#showQuestion();
    });
  }

  /** By the user: it holds. */
  #answer(isAllowed: boolean): void {
    if (this.#asking === undefined) return;
    this.#leave.set(this.#asking.source, isAllowed);
    this.#asking.answer(isAllowed);
    byId('talk-text').focus();
  }

  #showQuestion(): void {
    const source = this.#asking?.source;
    this.#consent.hidden = source === undefined;
    if (source === undefined) return;
    const key = source === 'camera' ? 'talkMayCamera' : 'talkMayScreen';
    this.#question.textContent = this.#words.say(key);
  }
}
