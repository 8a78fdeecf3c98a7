/** A mora as the engine writes it. */
export interface Mora {
  readonly text: string;
  readonly consonant: string | null;
  readonly consonant_length: number | null;
  readonly vowel: string;
  readonly vowel_length: number;
  readonly pitch: number;
}

const mora = (
  text: string,
  phonemes: string,
  vowelSeconds: number,
  consonantSeconds = 0,
  pitch = 5.5,
): Mora => {
  const [first = '', second] = phonemes.split(' ');
  return second === undefined
    ? { text, consonant: null, consonant_length: null, vowel: first, vowel_length: vowelSeconds, pitch }
    : {
        text,
        consonant: first,
        consonant_length: consonantSeconds,
        vowel: second,
        vowel_length: vowelSeconds,
        pitch,
      };
};
const pause = (seconds: number): Mora => mora('、', 'pau', seconds, 0, 0);

/** 今日は、学校ですか。それとも、お休みですか？ with everything that makes lengths hard: kw, cl, devoiced, pauses, a question. */
export const QUERY = {
  accent_phrases: [
    {
      moras: [
        mora('キョ', 'ky o', 0.1234, 0.0871),
        mora('オ', 'o', 0.0999),
        mora('ワ', 'w a', 0.1501, 0.0612),
      ],
      accent: 1,
      pause_mora: pause(0.3333),
      is_interrogative: false,
    },
    {
      moras: [
        mora('ガ', 'g a', 0.0913, 0.0487),
        mora('ッ', 'cl', 0.0666, 0, 0),
        mora('クヮ', 'kw a', 0.1111, 0.0555),
        mora('コ', 'k o', 0.1027, 0.0704),
        mora('オ', 'o', 0.1303),
        mora('デ', 'd e', 0.0811, 0.0402),
        mora('ス', 's U', 0.0533, 0.0822, 0),
      ],
      accent: 5,
      pause_mora: pause(0.4812),
      is_interrogative: false,
    },
    {
      moras: [
        mora('ソ', 's o', 0.1044, 0.0777),
        mora('レ', 'r e', 0.0951, 0.0333),
        mora('ト', 't o', 0.0888, 0.0611),
        mora('モ', 'm o', 0.1601, 0.0522),
      ],
      accent: 3,
      pause_mora: pause(0.2987),
      is_interrogative: false,
    },
    {
      moras: [
        mora('オ', 'o', 0.1201),
        mora('ヤ', 'y a', 0.1133, 0.0444),
        mora('ス', 's u', 0.0901, 0.0714),
        mora('ミ', 'm i', 0.0977, 0.0503),
        mora('デ', 'd e', 0.0803, 0.0377),
        mora('シ', 'sh I', 0.0501, 0.0911, 0),
        mora('ン', 'N', 0.1402, 0, 5.8),
        mora('カ', 'k a', 0.1777, 0.0694, 6.1),
      ],
      accent: 7,
      pause_mora: null,
      is_interrogative: true,
    },
  ],
  speedScale: 1,
  pitchScale: 0,
  intonationScale: 1,
  volumeScale: 1,
  prePhonemeLength: 0.1,
  postPhonemeLength: 0.1,
  pauseLength: null,
  pauseLengthScale: 1,
  outputSamplingRate: 24_000,
  outputStereo: false,
  kana: "キョ'オワ、ガックヮコオデ'_ス、ソレト'モ、オヤスミデ_シン'カ？",
};

export type Query = typeof QUERY;

/**
 * How many samples at 24 000 Hz the engine makes of a query, written from its `tts_engine.py` and not from this product: silence
 * before, moras, pauses, silence behind; questions that end voiced get a vowel more; divided by the speed, rounded to even.
 */
export function samplesOf(query: Query, hasUpspeak: boolean): number {
  const moras = query.accent_phrases.flatMap((phrase) => {
    const last = phrase.moras.at(-1);
    const rises = hasUpspeak && phrase.is_interrogative && last !== undefined && last.pitch > 0;
    return [
      ...phrase.moras,
      ...(rises ? [{ ...last, consonant: null, consonant_length: null, vowel_length: 0.15 }] : []),
      ...(phrase.pause_mora === null ? [] : [phrase.pause_mora]),
    ];
  });
  const pauseSeconds = (seconds: number): number =>
    (query.pauseLength ?? seconds) * (query.pauseLengthScale ?? 1);
  const lengths = [
    query.prePhonemeLength,
    ...moras.flatMap((one) => [
      ...(one.consonant_length === null ? [] : [one.consonant_length]),
      one.vowel === 'pau' ? pauseSeconds(one.vowel_length) : one.vowel_length,
    ]),
    query.postPhonemeLength,
  ];
  const frames = lengths.map((seconds) => halfToEven((seconds / query.speedScale) * 93.75));
  return frames.reduce((sum, count) => sum + count, 0) * 256;
}

function halfToEven(value: number): number {
  const rest = value % 1;
  if (rest === 0.5) return 2 * Math.round(value / 2);
  return Math.round(value);
}
