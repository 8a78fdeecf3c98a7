import { join } from 'node:path';
import { type LipPhoneme, lipTimeline, readTimings } from '../../../lipsync/index.js';
import { errorText, once } from '../../../runtime/index.js';
import { Redaction } from '../../../vendor/index.js';
import type { SpeechFiles } from '../../child/file-port.js';
import { programFault } from '../../child/program-fault.js';
import { type ProgramOutputOptions, programOutput } from '../../child/program-output.js';
import { openEngineSound } from '../../http/engine-sound.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';

export interface OpenJtalkCall {
  readonly program: string;
  readonly dictionary: string;
  readonly voiceFile: string;
  readonly manner: readonly string[];
}

export interface SpokenPiece {
  readonly sampleRateHz: number;
  readonly pcm: Uint8Array;
  /** Contiguous from 0 to the end of the sound. */
  readonly phonemes: readonly LipPhoneme[];
}

/** It says so when there is nothing but signs in a text. */
const NOTHING_TO_SAY = /No phoneme|waveform cannot be synthesized/;
/** Labels are whole frames; more than one frame apart, and they are not of this sound. */
const MAX_LABEL_ERROR_MS = 50;
/** Standard rate of its voices; a WAV tells its own. */
const SAMPLE_RATE_HZ = 48_000;

/**
 * Has open_jtalk say one line. It writes files, since a pipe of Node.js cannot be opened by a name such as /dev/stdout.
 *
 * @param text - one line, on standard input: nothing in it can become an option.
 * @returns undefined: there is nothing in it that can be said.
 * @throws {ProviderError} the signal's reason.
 */
export async function runOpenJtalk(
  call: OpenJtalkCall,
  text: string,
  options: Omit<ProgramOutputOptions, 'input'> & { readonly files: SpeechFiles },
): Promise<SpokenPiece | undefined> {
  const { files, provider } = options;
  const folder = await files.makeFolder();
  try {
    const wavPath = join(folder, 'sound.wav');
    const tracePath = join(folder, 'trace.txt');
    const args = [
      '-x',
      call.dictionary,
      '-m',
      call.voiceFile,
      ...call.manner,
      '-ow',
      wavPath,
      '-ot',
      tracePath,
    ];
    const output = programOutput({ file: call.program, args }, { ...options, input: `${text}\n` });
    const end = await lastOf(output);
    const wav = (await files.read(wavPath)) ?? new Uint8Array(0);
    if (end.code !== 0 || wav.byteLength === 0) {
      if (NOTHING_TO_SAY.test(end.complaint)) return undefined;
      throw programFault(provider, `open_jtalk ended with exit code ${end.code}${said(end.complaint)}`);
    }
    return await spokenPiece(wav, (await files.read(tracePath)) ?? new Uint8Array(0), options);
  } finally {
    await files.removeFolder(folder);
  }
}

async function lastOf<T>(output: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await output.next();
    if (next.done === true) return next.value;
  }
}

async function spokenPiece(
  wav: Uint8Array,
  trace: Uint8Array,
  { provider, signal }: Pick<ProgramOutputOptions, 'provider' | 'signal'>,
): Promise<SpokenPiece> {
  const sound = await openEngineSound(once(wav), {
    face: { family: SPEECH_FAMILY, name: provider, place: 'open_jtalk', keyHelp: '', reachHelp: '' },
    redaction: new Redaction([]),
    form: 'file',
    sampleRateHz: SAMPLE_RATE_HZ,
    contentType: 'audio/wav',
    signal,
  });
  const chunks: Uint8Array[] = [];
  try {
    for await (const pcm of sound.pcm()) chunks.push(pcm);
  } finally {
    await sound.close();
  }
  const pcm = Buffer.concat(chunks);
  const durationMs = (pcm.byteLength / 2 / sound.sampleRateHz) * 1000;
  return { sampleRateHz: sound.sampleRateHz, pcm, phonemes: labelled(trace, durationMs, provider) };
}

/** Labels end where the sound ends, but for rounding; they are stretched over that. */
function labelled(trace: Uint8Array, durationMs: number, provider: string): LipPhoneme[] {
  let phonemes: ReturnType<typeof readTimings>['phonemes'];
  try {
    phonemes = readTimings(trace, 'its labels').phonemes;
  } catch (cause) {
    throw programFault(provider, `open_jtalk wrote labels that cannot be read: ${errorText(cause)}`, {
      cause,
    });
  }
  const toldMs = phonemes.at(-1)?.endMs ?? 0;
  const isOwn = Math.abs(toldMs - durationMs) <= MAX_LABEL_ERROR_MS;
  const scale = isOwn && toldMs > 0 ? durationMs / toldMs : 1;
  const scaled = phonemes.map((phoneme) => ({
    ...phoneme,
    startMs: phoneme.startMs * scale,
    endMs: phoneme.endMs * scale,
  }));
  return lipTimeline(scaled, { durationMs });
}

function said(complaint: string): string {
  const line = complaint.split('\n').findLast((candidate) => candidate.trim() !== '');
  return line === undefined ? '' : `: ${line.trim()}`;
}
