import { isAbsolute } from 'node:path';
import type { ProgramHost } from '../../../programs/index.js';
import type { Clock, ProviderError } from '../../../runtime/index.js';
import { LinkedAbort, noLongerWanted } from '../../around/linked-abort.js';
import { type SpeechFiles, SYSTEM_FILES } from '../../child/file-port.js';
import { closedFault, programFault, textFault, voiceFault } from '../../child/program-fault.js';
import { spokenPieces } from '../../child/spoken-pieces.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import { findDictionary, findVoices, type HtsVoice } from './find-voices.js';
import { manner, type OpenJtalkOptions } from './open-jtalk-options.js';
import { type OpenJtalkCall, runOpenJtalk, type SpokenPiece } from './open-jtalk-run.js';

export interface OpenJtalkPorts {
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** @default the machine's */
  readonly files?: SpeechFiles | undefined;
}

/**
 * The program copies a line into 1024 bytes, having made full-width letters of three bytes of ASCII first; a longer line is cut, or
 * smashes its stack. @source open_jtalk.c, MAXBUFLEN; measured with 1.11
 */
const MAX_LINE_BYTES = 900;
/** Nine seconds of speech, which are there after one. */
const JOINED_LETTERS = 60;
/** A sentence of ten seconds takes one second of a slow core; nothing comes out before the end. */
const STALL_MS = 60_000;
/** Enough for a page of text. */
const MAX_CHARACTERS = 20_000;

/** Open JTalk as an installed program: Japanese by HMM voices, with the exact time of every phoneme. */
export class OpenJtalkSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages = ['ja'] as const;
  readonly #options: OpenJtalkOptions;
  readonly #ports: OpenJtalkPorts;
  readonly #files: SpeechFiles;
  readonly #speaking = new Set<LinkedAbort>();
  #isClosed = false;
  readonly #running = new Set<Promise<unknown>>();
  #found: readonly HtsVoice[] | undefined;

  constructor(name: string, options: OpenJtalkOptions, ports: OpenJtalkPorts) {
    this.name = name;
    this.#options = options;
    this.#ports = ports;
    this.#files = ports.files ?? SYSTEM_FILES;
  }

  /** Another default voice sounds otherwise, so it is looked for here. */
  get fingerprint(): string {
    const { program: _program, voices: _voices, ...sounding } = this.#options;
    return fingerprintOf('open-jtalk', { ...sounding, file: this.#defaultVoice()?.path ?? '' });
  }

  /** What to do before it can speak; undefined: it can. */
  async advice(): Promise<string | undefined> {
    const call = await this.#callFor(undefined, 1).catch((error: ProviderError) => error.message);
    return typeof call === 'string' ? call : undefined;
  }

  async *speak({ text, voice, speed = 1, signal }: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closedFault(this.name);
    if (text.length > MAX_CHARACTERS)
      throw textFault(
        this.name,
        `${this.name} takes at most ${MAX_CHARACTERS} characters at once, got ${text.length}; cut the text`,
      );
    const pieces = spokenPieces(text, {
      size: lineBytes,
      maxSize: MAX_LINE_BYTES,
      joinedLetters: JOINED_LETTERS,
    });
    if (pieces.length === 0) throw this.#nothing();
    const call = await this.#callFor(voice, speed);
    const leaving = new LinkedAbort(signal);
    this.#speaking.add(leaving);
    try {
      yield* this.#parts(pieces, call, leaving.signal);
    } finally {
      leaving.release();
      leaving.abort(noLongerWanted());
      this.#speaking.delete(leaving);
    }
  }

  async voices(): Promise<readonly Voice[]> {
    const standard = this.#defaultVoice();
    return this.#voices().map(({ id }) => ({
      id,
      name: id,
      languages: ['ja'],
      ...(id === standard?.id ? { isDefault: true } : {}),
    }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const leaving of this.#speaking) leaving.abort(closedFault(this.name));
    await Promise.allSettled(this.#running);
  }

  /** Piece by piece; the next is made while the one before is handed on. */
  async *#parts(
    pieces: readonly string[],
    call: OpenJtalkCall,
    signal: AbortSignal,
  ): AsyncGenerator<SpeechPart, void> {
    let samples = 0;
    let startedHz: number | undefined;
    let next = this.#run(call, pieces[0] ?? '', signal);
    for (let index = 0; index < pieces.length; index++) {
      const piece = await next;
      const following = pieces[index + 1];
      if (following !== undefined) next = this.#run(call, following, signal);
      if (piece === undefined) continue;
      if (startedHz === undefined) yield { type: 'start', sampleRateHz: piece.sampleRateHz };
      startedHz ??= piece.sampleRateHz;
      const fromMs = (samples / startedHz) * 1000;
      const phonemes = piece.phonemes.map((phoneme) => ({
        ...phoneme,
        startMs: phoneme.startMs + fromMs,
        endMs: phoneme.endMs + fromMs,
      }));
      yield { type: 'phonemes', phonemes, isExact: true };
      yield { type: 'sound', pcm: piece.pcm };
      samples += piece.pcm.byteLength / 2;
    }
    if (startedHz === undefined) throw this.#nothing();
  }

  #run(call: OpenJtalkCall, text: string, signal: AbortSignal): Promise<SpokenPiece | undefined> {
    const { host, clock } = this.#ports;
    const options = { provider: this.name, host, clock, files: this.#files, stallMs: STALL_MS, signal };
    const run = runOpenJtalk(call, text, options);
    this.#running.add(run);
    const forget = (): void => void this.#running.delete(run);
    // One that was made ahead may fail after its listener left.
    run.then(forget, forget);
    return run;
  }

  async #callFor(voice: string | undefined, speed: number): Promise<OpenJtalkCall> {
    const { program, dictionary, voices } = this.#options;
    const file = isAbsolute(program) ? program : await this.#ports.host.find(program);
    if (file === undefined || (isAbsolute(program) && !this.#files.isFile(program)))
      throw programFault(
        this.name,
        `${this.name} needs the program ${program}, which is not installed; on Debian: apt install open-jtalk open-jtalk-mecab-naist-jdic`,
      );
    const folder = findDictionary(dictionary, this.#files);
    if (folder === undefined)
      throw programFault(
        this.name,
        `${this.name} found no dictionary (sys.dic) ${dictionary === undefined ? 'in the usual places' : `in ${dictionary}`}; on Debian: apt install open-jtalk-mecab-naist-jdic, elsewhere set engines.${this.name}.dictionary`,
      );
    const chosen = voice === undefined ? this.#defaultVoice() : this.#voices().find(({ id }) => id === voice);
    if (chosen !== undefined)
      return {
        program: file,
        dictionary: folder,
        voiceFile: chosen.path,
        manner: manner(this.#options, speed),
      };
    const wanted = voice ?? this.#options.voice;
    if (wanted !== undefined && this.#voices().length > 0)
      throw voiceFault(
        this.name,
        wanted,
        `there are ${this.#voices()
          .map(({ id }) => id)
          .join(', ')}`,
      );
    throw programFault(
      this.name,
      `${this.name} found no Japanese voice (.htsvoice) ${voices === undefined ? 'in the usual places' : `in ${voices.join(', ')}`}; set engines.${this.name}.voices to a file or folder, for example of MMDAgent-EX's content (voice/mei)`,
    );
  }

  #defaultVoice(): HtsVoice | undefined {
    const { voice } = this.#options;
    const voices = this.#voices();
    if (voice !== undefined) return voices.find(({ id }) => id === voice);
    // A set of moods: mei_angry comes first by its name.
    return voices.find(({ id }) => /normal|neutral/i.test(id)) ?? voices[0];
  }

  #voices(): readonly HtsVoice[] {
    // Nobody installs voices while it speaks; but one that had none looks again.
    if (this.#found === undefined || this.#found.length === 0)
      this.#found = findVoices(this.#options.voices, this.#files);
    return this.#found;
  }

  #nothing(): ProviderError {
    return textFault(this.name, `${this.name} found nothing in the text that can be spoken`);
  }
}

/** What a letter takes after the program has made it full-width. */
function lineBytes(piece: string): number {
  let bytes = 0;
  for (const letter of piece) bytes += Math.max(3, Buffer.byteLength(letter));
  return bytes;
}
