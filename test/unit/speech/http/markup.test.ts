import { describe, expect, it } from 'vitest';
import { withoutRegion, withRegion } from '../../../../src/speech/http/markup.js';

describe('Languages of engines', () => {
  it.each([
    ['ja', 'ja-JP'],
    ['en', 'en-US'],
    ['pt', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['nl', 'nl-NL'],
    ['en-GB', 'en-GB'],
    ['no language', 'no language'],
  ])('%s has a region: %s', (given, expected) => {
    expect(withRegion(given)).toBe(expected);
  });

  it.each([
    ['ja-JP', 'ja'],
    ['zh_Hant_TW', 'zh'],
    ['EN', 'en'],
  ])('%s without one is %s', (given, expected) => {
    expect(withoutRegion(given)).toBe(expected);
  });
});
