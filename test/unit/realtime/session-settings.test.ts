import { describe, expect, it } from 'vitest';
import { settled } from '../../../src/realtime/session-settings.js';

const OPTIONS = { transcription: 'gpt-4o-mini-transcribe', dialect: 'ga', speed: 1 } as unknown as Parameters<
  typeof settled
>[0];

describe('Names and terms told to a transcription', () => {
  const hintOf = (hints: readonly string[]): string => settled(OPTIONS, { hints }).hint;

  it('stand in one line', () => {
    expect(hintOf(['MMDAgent-EX', 'ジェネ'])).toBe('MMDAgent-EX, ジェネ');
    expect(hintOf([])).toBe('');
  });

  it('are left out whole where there are more than are read', () => {
    const long = '𠮷'.repeat(397);
    expect(hintOf([long, 'too long by one', '吉野'])).toBe(`${long}, 吉野`);
    expect(hintOf(['x'.repeat(801), 'short'])).toBe('short');
  });
});
