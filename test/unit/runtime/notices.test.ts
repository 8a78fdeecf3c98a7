import { describe, expect, it } from 'vitest';
import { isNoticeCode, NOTICES, type NoticeCode, noticeText } from '../../../src/runtime/index.js';

const CODES = Object.keys(NOTICES) as NoticeCode[];
const blanksOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([blank]) => blank).sort();

describe('Notices', () => {
  it.each(CODES)('%s says the same in both languages: each blank of one is in the other', (code) => {
    const { en, ja } = NOTICES[code];
    expect(blanksOf(ja)).toEqual(blanksOf(en));
    expect(ja).toMatch(/[ぁ-んァ-ン一-龠]/);
    expect(en).not.toMatch(/[ぁ-んァ-ン一-龠]/);
  });

  it('are filled in, once: what stands in a value is no blank', () => {
    const values = { from: '{to}', to: 'offline', error: '$& {from}' };
    expect(noticeText({ code: 'modelFellBack', values })).toBe(
      '{to} failed, offline thinks instead: $& {from}',
    );
    expect(noticeText({ code: 'modelFellBack', values: {} }, 'ja')).toContain('{from}');
  });

  it('are known by their code only', () => {
    expect([isNoticeCode('onlyShown'), isNoticeCode('toString'), isNoticeCode('')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
