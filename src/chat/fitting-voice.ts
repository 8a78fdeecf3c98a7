import {
  type GivenSound,
  type Reply,
  type ReplyOptions,
  type ReplyVoice,
  type SoundReplyVoice,
  takesSound,
} from '../reply/index.js';
import { ShownSound } from './shown-sound.js';

export interface FittingVoiceOptions {
  readonly voice: ReplyVoice;
  /** Stands in while there is no avatar. */
  readonly text: ReplyVoice;
  /** Whether an avatar would speak now. */
  readonly isAvatarThere: () => boolean;
  /** A reply is only shown, because there is no avatar: once until there is one. */
  readonly onShownOnly: () => void;
}

/** A voice that shows what it would say while no avatar is connected, and speaks as soon as one is. Each reply is one or the other. */
export class FittingVoice implements ReplyVoice {
  readonly #options: FittingVoiceOptions;
  #isTold = false;

  constructor(options: FittingVoiceOptions) {
    this.#options = options;
  }

  get topology(): ReplyVoice['topology'] {
    const { isAvatarThere, voice, text } = this.#options;
    return isAvatarThere() ? voice.topology : text.topology;
  }

  async prepare(): Promise<void> {
    await this.#options.voice.prepare();
  }

  open(options?: ReplyOptions): Reply {
    return this.now().open(options);
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.voice.close(), this.#options.text.close()]);
  }

  /** Whichever fits at this moment. */
  protected now(): ReplyVoice {
    const { isAvatarThere, voice, text, onShownOnly } = this.#options;
    if (isAvatarThere()) {
      this.#isTold = false;
      return voice;
    }
    if (!this.#isTold) onShownOnly();
    this.#isTold = true;
    return text;
  }
}

/** The same with sound of others: while there is no avatar, its words are shown. */
export class FittingSoundVoice extends FittingVoice implements SoundReplyVoice {
  // The type of the voice is what it adds.
  constructor(options: FittingVoiceOptions & { readonly voice: SoundReplyVoice }) {
    super(options);
  }

  openSound(given: GivenSound, options?: Pick<ReplyOptions, 'isHeld'>): Reply {
    const voice = this.now();
    return takesSound(voice) ? voice.openSound(given, options) : new ShownSound(voice.open(options), given);
  }
}
