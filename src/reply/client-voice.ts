import type { Outlet } from '../speaking/index.js';
import { ClientOutlet, type ClientOutletOptions } from './client-outlet.js';
import { ClientPieces } from './client-pieces.js';
import type { SoundReplyVoice } from './given-sound.js';
import type { SoundOut, SoundWay } from './sound-delivery.js';
import { SoundVoice } from './sound-voice.js';
import type { ClientVoicePorts, ClientVoiceSettings } from './voice-settings.js';

const RATE_HZ = 24_000;
const LATENCY_MS = 60;
const AHEAD_MS = 60_000;
/** Sound comes in stretches of 100 ms: one is heard while the next comes. */
const LEAST_AHEAD_MS = 200;

/**
 * Our sound, played by a client at the other end of a connection: a browser, a headset, a program.
 *
 * What is heard is what the client says, or else what the clock says. A pause is a `cut`, and what was not heard is given again. An
 * engine that breaks off is heard as far as it came, its last piece told as broken, and the reply has failed. Nothing runs and no timer
 * waits while no reply is open.
 */
export function createClientVoice(settings: ClientVoiceSettings, ports: ClientVoicePorts): SoundReplyVoice {
  const { player, speak, lips = 'own', sampleRateHz = RATE_HZ, latencyMs = LATENCY_MS } = settings;
  const aheadMs = Math.max(LEAST_AHEAD_MS, settings.aheadMs ?? AHEAD_MS);
  let replies = 0;
  return new SoundVoice({
    // Ends of sentences are exact where nothing is resampled behind the engine.
    ...{ topology: 'client', speak, ports, sampleRateHz, engineRateHz: sampleRateHz },
    isReadyInPauses: false,
    // Streamed, with phonemes of ours, as to an avatar whose mouth we move.
    look: async (knows) => ({ way: { way: lips, knows }, isLasting: true }),
    out: () => {
      const reply = ++replies;
      const how = { clock: ports.clock, player, sampleRateHz, latencyMs, aheadMs };
      return (text, track) => new ClientOut(reply, new ClientPieces({ player, text, track }), how);
    },
  });
}

/** One reply on its way to a client. */
class ClientOut implements SoundOut {
  readonly #reply: number;
  readonly #pieces: ClientPieces;
  readonly #how: Omit<ClientOutletOptions, 'pieces' | 'take'>;
  #outlet: ClientOutlet | undefined;
  #isAgain = false;

  constructor(reply: number, pieces: ClientPieces, how: Omit<ClientOutletOptions, 'pieces' | 'take'>) {
    this.#reply = reply;
    this.#pieces = pieces;
    this.#how = how;
  }

  get neededFromMs(): number {
    return this.#pieces.neededFromMs;
  }

  async open(_way: SoundWay, _signal: AbortSignal, fromMs = 0): Promise<Outlet> {
    this.#isAgain ||= this.#outlet?.hasBegun === true;
    const take = { reply: this.#reply, fromMs, isAgain: this.#isAgain };
    this.#outlet = new ClientOutlet({ ...this.#how, pieces: this.#pieces, take });
    return this.#outlet;
  }

  known(): void {
    this.#outlet?.known();
  }
}
