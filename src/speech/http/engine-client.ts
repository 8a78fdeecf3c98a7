import {
  type CallContext,
  type Exchange,
  VendorClient,
  type VendorClientOptions,
} from '../../vendor/index.js';
import { type EngineSound, openEngineSound, type SoundForm } from './engine-sound.js';
import { type HttpSpeechPorts, MAX_SOUND_BYTES } from './ports.js';

/** How an answer becomes sound. */
export interface SoundSpec extends CallContext {
  readonly form: SoundForm;
  readonly sampleRateHz: number;
}

/** Calls one vendor that speaks or hears: every request of an engine goes through here, so all keep the same promises. */
export class EngineClient extends VendorClient {
  /** The most that one request may give. */
  readonly maxSoundBytes: number;

  constructor(options: VendorClientOptions, ports: HttpSpeechPorts) {
    super(options, ports);
    this.maxSoundBytes = ports.maxSoundBytes ?? MAX_SOUND_BYTES;
  }

  /** The body of an answer as sound. */
  sound(exchange: Exchange, spec: SoundSpec): Promise<EngineSound> {
    return this.soundOf(exchange.chunks(this.maxSoundBytes), spec, exchange.contentType);
  }

  /** Bytes from wherever as sound. */
  soundOf(chunks: AsyncIterable<Uint8Array>, spec: SoundSpec, contentType = ''): Promise<EngineSound> {
    return openEngineSound(chunks, {
      face: this.face,
      redaction: this.redaction(spec.privateText),
      form: spec.form,
      sampleRateHz: spec.sampleRateHz,
      contentType,
      signal: spec.signal,
    });
  }
}
