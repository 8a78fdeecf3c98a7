import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../../support/optional-tools.js';

const FOLDER = fileURLToPath(new URL('../../../../src/lipsync/training', import.meta.url));

/** Whether the trainer would leave this sentence out when the evaluation has that one. */
function isExcluded(sentence: string, evaluated: string): boolean {
  const script = [
    'import json, sys',
    'from texts import is_excluded, normal_form',
    'sentence, evaluated = json.load(sys.stdin)',
    'print(is_excluded(sentence, {normal_form(evaluated)}))',
  ].join('\n');
  const printed = execFileSync('python3', ['-B', '-c', script], {
    cwd: FOLDER,
    input: JSON.stringify([sentence, evaluated]),
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  return printed.trim() === 'True';
}

describe.skipIf(!isThere('python3'))('Sentences to train on', () => {
  it.each([
    ['is the same', 'The cat sat down.', 'The cat sat down.'],
    ['differs in case and punctuation', 'the CAT, sat down!', 'The cat sat down.'],
    ['is part of a longer one', 'Well, the cat sat down, he said.', 'The cat sat down.'],
    ['differs in width', '今日はＡ１です', '今日はA1です。'],
  ])('leave out what the evaluation has: it %s', (_, sentence, evaluated) => {
    expect(isExcluded(sentence, evaluated)).toBe(true);
  });

  it('keep what only resembles it', () => {
    expect(isExcluded('The cat sat up.', 'The cat sat down.')).toBe(false);
    expect(isExcluded('今日は雨です。', '今日は雪です。')).toBe(false);
  });
});
