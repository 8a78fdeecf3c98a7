import fc from 'fast-check';

/** Text of any letters of Unicode. Cheaper to make than fast-check's own, which sorts all of them first. */
export const anyText = fc
  .array(
    fc.integer({ min: 0, max: 0x10_ffff }).filter((code) => code < 0xd800 || code > 0xdfff),
    { maxLength: 60 },
  )
  .map((codes) => String.fromCodePoint(...codes));
