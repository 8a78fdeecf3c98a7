/** The query that VOICEVOX makes of a text and takes for sound. Fields that are not named here are handed on as they came. */
export interface VoicevoxQuery {
  readonly accent_phrases: readonly AccentPhrase[];
  readonly [field: string]: unknown;
}

interface AccentPhrase {
  readonly moras?: unknown;
  readonly pause_mora?: unknown;
  readonly [field: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** What an engine would put into a query that it makes itself. @source voicevox_engine app/routers/tts_pipeline.py, audio_query */
const STANDARD = {
  speedScale: 1,
  pitchScale: 0,
  intonationScale: 1,
  volumeScale: 1,
  prePhonemeLength: 0.1,
  postPhonemeLength: 0.1,
  outputStereo: false,
  kana: '',
} as const;
/** Below it one request is soonest done. */
const MIN_SPLIT_SECONDS = 4;
/** A piece must sound longer than the next takes to be made. */
const MIN_PIECE_SECONDS = 1.5;

/** `value` as a query, or undefined when it is none. */
export function asQuery(value: unknown): VoicevoxQuery | undefined {
  if (!isFields(value)) return undefined;
  const phrases = value['accent_phrases'];
  return Array.isArray(phrases) && phrases.every(isFields)
    ? { ...value, accent_phrases: phrases as readonly AccentPhrase[] }
    : undefined;
}

/** A query of accent phrases alone, as `/accent_phrases` gives them for kana. */
export function queryOfPhrases(phrases: unknown): VoicevoxQuery | undefined {
  return asQuery({ ...STANDARD, accent_phrases: phrases });
}

/**
 * A long query in pieces that are one after the other what the whole would be, so that the first can be heard while the next is
 * made: cut behind pauses, the pause with what is before it, silence only at the two ends.
 *
 * Sound, because lengths are rounded phoneme by phoneme, and the core puts 0.4 s of silence around whatever it renders. Not where
 * the intonation is scaled: that is done about the mean pitch of the whole.
 *
 * @source voicevox_engine tts_pipeline/tts_engine.py (_count_frame_per_unit, _apply_intonation_scale); voicevox_core
 *   PADDING_FRAME_LENGTH
 */
export function piecesOf(query: VoicevoxQuery): readonly VoicevoxQuery[] {
  const phrases = query.accent_phrases;
  const isScaled = query['intonationScale'] !== undefined && query['intonationScale'] !== 1;
  if (isScaled || secondsOf(phrases, query) < MIN_SPLIT_SECONDS) return [query];
  const groups: AccentPhrase[][] = [];
  let group: AccentPhrase[] = [];
  for (const [index, phrase] of phrases.entries()) {
    group.push(phrase);
    const restSeconds = secondsOf(phrases.slice(index + 1), query);
    const isEnd = isFields(phrase.pause_mora) && secondsOf(group, query) >= MIN_PIECE_SECONDS;
    if (!isEnd || restSeconds < MIN_PIECE_SECONDS) continue;
    groups.push(group);
    group = [];
  }
  groups.push(group);
  return groups.map((accentPhrases, index) => ({
    ...query,
    accent_phrases: accentPhrases,
    ...(index === 0 ? {} : { prePhonemeLength: 0 }),
    ...(index === groups.length - 1 ? {} : { postPhonemeLength: 0 }),
  }));
}

/** Roughly how long phrases sound. */
function secondsOf(phrases: readonly AccentPhrase[], query: VoicevoxQuery): number {
  const speed = numberOf(query['speedScale'], 1);
  const lengths = phrases.flatMap(({ moras, pause_mora: pause }) =>
    [...(Array.isArray(moras) ? moras : []), pause]
      .filter(isFields)
      .map((mora) => numberOf(mora['consonant_length'], 0) + numberOf(mora['vowel_length'], 0)),
  );
  return lengths.reduce((sum, seconds) => sum + seconds, 0) / speed;
}

/** Lengths that come near real speech, for an engine that gives none: what is sounded gets a share of the sound. */
const GUESSED_SECONDS = { consonant: 0.06, vowel: 0.1, pau: 0.3 } as const;

/**
 * The query with guessed lengths where the engine gives only zeros (AivisSpeech does always); the same object where it gives real
 * ones. Times that are made of it are estimates.
 */
export function withGuessedLengths(query: VoicevoxQuery): VoicevoxQuery {
  if (secondsOf(query.accent_phrases, query) > 0) return query;
  return {
    ...query,
    accent_phrases: query.accent_phrases.map((phrase) => ({
      ...phrase,
      moras: Array.isArray(phrase.moras) ? phrase.moras.map(guessedMora) : phrase.moras,
      pause_mora: guessedMora(phrase.pause_mora),
    })),
  };
}

function guessedMora(mora: unknown): unknown {
  if (!isFields(mora)) return mora;
  const hasConsonant = typeof mora['consonant'] === 'string' && mora['consonant'] !== '';
  return {
    ...mora,
    ...(hasConsonant ? { consonant_length: GUESSED_SECONDS.consonant } : {}),
    vowel_length: mora['vowel'] === 'pau' ? GUESSED_SECONDS.pau : GUESSED_SECONDS.vowel,
  };
}

function numberOf(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fallback;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
