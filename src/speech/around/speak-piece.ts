import { createHash } from 'node:crypto';
import { BridgeError, type Clock, InvalidStateError } from '../../runtime/index.js';
import type { PieceShare } from '../spoken-part.js';
import type { SpeechPart, SpeechRequest, Synthesizer, TellsTimings } from '../synthesizer.js';
import type { EngineLine, OpenedSpeech } from './engine-line.js';
import { LevelRide } from './level-ride.js';
import type { VoiceLevels } from './voice-levels.js';

/** Text for one request: a sentence, or a stretch of one in another language. */
export interface SpeechPiece {
  readonly text: string;
  readonly written: string;
  readonly language: string | undefined;
  /** Engines that may speak it, the wanted one first; at least one. */
  readonly lines: readonly EngineLine[];
  /** For the first engine; another has other voices. */
  readonly voice: string | undefined;
  readonly speed: number | undefined;
  readonly instructions: string | undefined;
  readonly place?: PieceShare | undefined;
}

/** The parts of a piece: how it is spoken, then what comes. */
export type PiecePart = PieceBegin | PieceEnd | Exclude<SpeechPart, { readonly type: 'start' }>;

/** Nothing more of the piece will come. */
export interface PieceEnd {
  readonly type: 'end';
}

export interface PieceBegin {
  readonly type: 'begin';
  readonly piece: SpeechPiece;
  readonly engine: string;
  readonly voice: string | undefined;
  readonly tells: TellsTimings;
  readonly isCached: boolean;
  readonly sampleRateHz: number;
  readonly credit: string | undefined;
}

export interface SpeakPieceOptions {
  readonly clock: Clock;
  readonly levels: VoiceLevels;
  /** Undefined: loudness stays as it is. */
  readonly targetLufs: number | undefined;
  /** Engines that failed lately, with the time until which they are passed over. Shared by all pieces. */
  readonly restingUntilMs: Map<string, number>;
  readonly onFall: (fall: { readonly from: string; readonly to: string; readonly error: unknown }) => void;
}

/** So long nobody waits again for an engine that failed, while another can speak. */
const REST_MS = 30_000;

/**
 * Speaks one piece with the first engine that can, at even loudness.
 *
 * Another engine takes over only before the first sound. What goes wrong later is thrown: to say the same words again with
 * another voice would be worse than to stop.
 */
export async function* speakPiece(
  piece: SpeechPiece,
  options: SpeakPieceOptions,
  signal: AbortSignal,
): AsyncGenerator<PiecePart> {
  const { line, request, opened } = await openAny(piece, options, signal);
  const levelKey = voiceKey(line.engine, request);
  let ride: LevelRide | undefined;
  try {
    for await (const part of opened.parts) {
      if (part.type === 'start') {
        ride = await rideFor(options, levelKey, part.sampleRateHz);
        yield {
          type: 'begin',
          piece,
          engine: line.engine.name,
          voice: request.voice,
          tells: line.engine.tells,
          isCached: opened.isCached,
          sampleRateHz: part.sampleRateHz,
          credit: part.credit,
        };
      } else if (part.type === 'sound' && ride !== undefined) yield { ...part, pcm: ride.push(part.pcm) };
      else yield part;
    }
  } finally {
    const heard = ride?.measured();
    if (heard !== undefined) await options.levels.learn(levelKey, heard);
  }
}

interface Opened {
  readonly line: EngineLine;
  readonly request: SpeechRequest;
  readonly opened: OpenedSpeech;
}

async function openAny(piece: SpeechPiece, options: SpeakPieceOptions, signal: AbortSignal): Promise<Opened> {
  const { restingUntilMs, clock, onFall } = options;
  const awake = piece.lines.filter(
    ({ engine }) => (restingUntilMs.get(engine.name) ?? Number.NEGATIVE_INFINITY) <= clock.nowMs(),
  );
  const lines = awake.length === 0 ? piece.lines : awake;
  for (const [index, line] of lines.entries()) {
    const request = requestFor(piece, line, signal);
    try {
      const opened = await line.open(request);
      return { line, request, opened };
    } catch (error) {
      signal.throwIfAborted();
      const next = lines[index + 1];
      if (next === undefined || !mayFall(error)) throw error;
      if (isIll(error)) restingUntilMs.set(line.engine.name, clock.nowMs() + REST_MS);
      onFall({ from: line.engine.name, to: next.engine.name, error });
    }
  }
  throw new InvalidStateError('A piece of speech needs an engine');
}

function requestFor(piece: SpeechPiece, line: EngineLine, signal: AbortSignal): SpeechRequest {
  const { text, language, voice, speed, instructions } = piece;
  const isWanted = line === piece.lines[0];
  return {
    text,
    ...(language === undefined ? {} : { language }),
    ...(voice === undefined || !isWanted ? {} : { voice }),
    ...(speed === undefined ? {} : { speed }),
    ...(instructions === undefined ? {} : { instructions }),
    signal,
  };
}

/** What is refused is this text; the next may be taken. */
function isIll(error: unknown): boolean {
  return !(error instanceof BridgeError && error.code === 'BRIDGE_ERR_SPEECH_REFUSED');
}

/** A text that cannot be spoken cannot be spoken by another; an error nobody foresaw is ours. */
function mayFall(error: unknown): boolean {
  return (
    error instanceof BridgeError &&
    !(error instanceof InvalidStateError) &&
    error.code !== 'BRIDGE_ERR_SPEECH_TEXT'
  );
}

async function rideFor(
  { targetLufs, levels }: SpeakPieceOptions,
  key: string,
  sampleRateHz: number,
): Promise<LevelRide | undefined> {
  if (targetLufs === undefined) return undefined;
  return new LevelRide({ sampleRateHz, targetLufs, known: await levels.of(key) });
}

function voiceKey({ name, fingerprint }: Synthesizer, { voice, language }: SpeechRequest): string {
  const rest = JSON.stringify([fingerprint, voice ?? null, language ?? null]);
  return `${name} ${createHash('sha256').update(rest).digest('hex').slice(0, 24)}`;
}
