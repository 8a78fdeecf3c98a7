import { ProviderError } from '../runtime/index.js';
import type { MmdagentVoiceOptions } from './child/index.js';
import type { SpeechPart, Synthesizer, Voice } from './synthesizer.js';

/**
 * MMDAgent-EX's own voices in the list of engines. Their sound is played by MMDAgent-EX and never comes to us: who has a link to it
 * speaks by `openPeerVoice`; asked for sound, this one refuses.
 */
export class PeerOnlySynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'nothing';
  readonly languages: readonly string[];
  readonly fingerprint = 'mmdagent';
  readonly #options: MmdagentVoiceOptions;

  constructor(name: string, options: MmdagentVoiceOptions) {
    this.name = name;
    this.#options = options;
    this.languages = [...new Set(Object.values(options.styles))];
  }

  // biome-ignore lint/correctness/useYield: it never has a part.
  async *speak(): AsyncGenerator<SpeechPart, void> {
    throw new ProviderError(
      'BRIDGE_ERR_SPEECH_REFUSED',
      `${this.name} speaks inside MMDAgent-EX and gives no sound: use it alone and through the avatar (\`say --engine ${this.name}\`), or take another engine`,
      { provider: this.name },
    );
  }

  async voices(): Promise<readonly Voice[]> {
    return Object.entries(this.#options.styles).map(([id, language]) => ({
      id,
      name: id,
      languages: [language],
      isDefault: id === this.#options.style,
    }));
  }

  async close(): Promise<void> {}
}
