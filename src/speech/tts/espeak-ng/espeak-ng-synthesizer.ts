import { isAbsolute } from 'node:path';
import type { ProgramHost } from '../../../programs/index.js';
import { type Clock, orAborted } from '../../../runtime/index.js';
import { Redaction } from '../../../vendor/index.js';
import { LinkedAbort } from '../../around/linked-abort.js';
import { closedFault, programFault } from '../../child/program-fault.js';
import { type ProgramEnd, programOutput } from '../../child/program-output.js';
import { openEngineSound } from '../../http/engine-sound.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import { ESPEAK_TABLES_VERSION } from '../embedded/embedded-synthesizer.js';
import type { EspeakManner, EspeakVoice } from '../embedded/espeak-frames.js';
import { EspeakText, type EspeakTextPorts } from '../embedded/espeak-text.js';
import type { NamedUnit } from '../embedded/espeak-units.js';
import { listedVoices } from '../embedded/voice-choice.js';
import type { EspeakNgOptions } from './espeak-ng-options.js';
import { readVoiceTable } from './voice-table.js';

export interface EspeakNgPorts extends Pick<EspeakTextPorts, 'toKana'> {
  readonly host: ProgramHost;
  readonly clock: Clock;
}

/** Its rate for every voice but mbrola's. */
const SAMPLE_RATE_HZ = 22_050;
/** It starts in 10 ms. */
const STALL_MS = 10_000;
const LIST_TIMEOUT_MS = 5000;

/** espeak-ng as an installed program. Its phonemes' times cannot be had from it: a known text is aligned with the sound. */
export class EspeakNgSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'nothing';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: EspeakNgOptions;
  readonly #ports: EspeakNgPorts;
  readonly #text: EspeakText;
  readonly #speaking = new Set<LinkedAbort>();
  #isClosed = false;

  constructor(name: string, options: EspeakNgOptions, ports: EspeakNgPorts) {
    this.name = name;
    this.#options = options;
    this.#ports = ports;
    const { program: _program, ...sounding } = options;
    this.fingerprint = fingerprintOf('espeak-ng', { ...sounding, version: ESPEAK_TABLES_VERSION });
    this.#text = new EspeakText(name, options, { toKana: ports.toKana, voices: () => this.#listVoices() });
  }

  /** What to do before it can speak; undefined: it can. */
  async advice(): Promise<string | undefined> {
    return (await this.#find()) === undefined ? this.#missing().message : undefined;
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    request.signal?.throwIfAborted();
    const leaving = new LinkedAbort(request.signal);
    this.#speaking.add(leaving);
    if (this.#isClosed) leaving.abort(closedFault(this.name));
    try {
      const { units, manner } = await orAborted(this.#text.scriptOf(request), leaving.signal);
      yield* this.#parts(units, manner, leaving.signal);
    } finally {
      leaving.release();
      this.#speaking.delete(leaving);
    }
  }

  async *#parts(
    units: readonly NamedUnit[],
    manner: EspeakManner,
    signal: AbortSignal,
  ): AsyncGenerator<SpeechPart, void> {
    let startedHz: number | undefined;
    for (const unit of units) {
      const sound = await this.#open(unit, manner, signal);
      try {
        if (startedHz === undefined) yield { type: 'start', sampleRateHz: sound.sampleRateHz };
        startedHz ??= sound.sampleRateHz;
        if (startedHz !== sound.sampleRateHz)
          throw programFault(
            this.name,
            `${this.name} changed its rate from ${startedHz} to ${sound.sampleRateHz} Hz within a text; choose another voice`,
          );
        for await (const pcm of sound.pcm()) yield { type: 'sound', pcm };
      } finally {
        await sound.close();
      }
      const pause = Math.round((unit.pauseMs * startedHz) / 1000);
      if (pause > 0) yield { type: 'sound', pcm: new Uint8Array(2 * pause) };
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const voices = await orAborted(this.#listVoices(), signal);
    return listedVoices(voices, [this.#options.japaneseVoice, this.#options.englishVoice]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const leaving of this.#speaking) leaving.abort(closedFault(this.name));
  }

  async #open(unit: NamedUnit, manner: EspeakManner, signal: AbortSignal) {
    const { host, clock } = this.#ports;
    const file = await this.#find();
    if (file === undefined) throw this.#missing();
    const args = ['-b', '1', '-m', '-v', unit.voice, ...flags(manner), '--stdin', '--stdout'];
    const options = { provider: this.name, host, clock, input: `${unit.text}\n`, stallMs: STALL_MS, signal };
    const output = checkedOutput(programOutput({ file, args }, options), this.name);
    return openEngineSound(output, {
      face: { family: SPEECH_FAMILY, name: this.name, place: 'espeak-ng', keyHelp: '', reachHelp: '' },
      redaction: new Redaction([], unit.text),
      form: 'file',
      sampleRateHz: SAMPLE_RATE_HZ,
      contentType: 'audio/wav',
      signal,
    });
  }

  async #listVoices(): Promise<readonly EspeakVoice[]> {
    const file = await this.#find();
    if (file === undefined) throw this.#missing();
    const { code, stdout } = await this.#ports.host.run(file, ['--voices'], { timeoutMs: LIST_TIMEOUT_MS });
    if (code === 0) return readVoiceTable(stdout);
    throw programFault(this.name, `espeak-ng did not list its voices (exit code ${code})`, {
      retryable: true,
    });
  }

  async #find(): Promise<string | undefined> {
    const { program } = this.#options;
    return isAbsolute(program) ? program : this.#ports.host.find(program);
  }

  #missing() {
    return programFault(
      this.name,
      `${this.name} needs the program ${this.#options.program}, which is not installed; on Debian: apt install espeak-ng, or use the embedded voice`,
    );
  }
}

/** Without the range, which only 1.52 takes. */
function flags({ rate, pitch, volume }: EspeakManner): string[] {
  return ['-s', String(rate), '-p', String(pitch), '-a', String(volume)];
}

/** An option that it does not know ends it with a complaint and code 0. */
async function* checkedOutput(
  output: AsyncGenerator<Uint8Array, ProgramEnd>,
  provider: string,
): AsyncGenerator<Uint8Array, void> {
  let hasSound = false;
  try {
    for (;;) {
      const next = await output.next();
      if (next.done === true) {
        const { code, complaint } = next.value;
        if (code === 0 && hasSound) return;
        throw programFault(provider, `espeak-ng ended with exit code ${code}${said(complaint)}`);
      }
      hasSound = true;
      yield next.value;
    }
  } finally {
    await output.return({ code: null, complaint: '' });
  }
}

function said(complaint: string): string {
  const line = complaint.split('\n').find((candidate) => candidate.trim() !== '');
  return line === undefined ? ' and no sound' : `: ${line.trim()}`;
}
