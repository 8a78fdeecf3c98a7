import type { GivenSound, Reply, ReplyOptions, ReplyVoice, SoundReplyVoice } from '../reply/index.js';

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
    return this.#now().open(options);
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.voice.close(), this.#options.text.close()]);
  }

  #now(): ReplyVoice {
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

/** The same with sound of others: a speech-to-speech model needs an avatar to be heard. */
export class FittingSoundVoice extends FittingVoice implements SoundReplyVoice {
  readonly #voice: SoundReplyVoice;

  constructor(options: FittingVoiceOptions & { readonly voice: SoundReplyVoice }) {
    super(options);
    this.#voice = options.voice;
  }

  openSound(given: GivenSound, options?: Pick<ReplyOptions, 'isHeld'>): Reply {
    return this.#voice.openSound(given, options);
  }
}
