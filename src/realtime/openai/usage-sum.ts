import type { RealtimeUsage } from '../realtime.js';
import type { DoneResponse } from './server-event.js';

/** Tokens of all answers of a session. */
export class UsageSum {
  #sum: RealtimeUsage = {
    responses: 0,
    inputTokens: 0,
    outputTokens: 0,
    inputAudioTokens: 0,
    outputAudioTokens: 0,
    cachedTokens: 0,
  };

  get sum(): RealtimeUsage {
    return this.#sum;
  }

  add(response: DoneResponse): void {
    this.#sum = {
      responses: this.#sum.responses + 1,
      inputTokens: this.#sum.inputTokens + response.inputTokens,
      outputTokens: this.#sum.outputTokens + response.outputTokens,
      inputAudioTokens: this.#sum.inputAudioTokens + response.inputAudioTokens,
      outputAudioTokens: this.#sum.outputAudioTokens + response.outputAudioTokens,
      cachedTokens: this.#sum.cachedTokens + response.cachedTokens,
    };
  }
}
