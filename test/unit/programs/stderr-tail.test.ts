import { describe, expect, it } from 'vitest';
import { StderrTail } from '../../../src/programs/index.js';

describe('StderrTail', () => {
  it('keeps the end of what was said, without chatter and what terminals take for colours', () => {
    const lines: string[] = [];
    const tail = new StderrTail((line) => lines.push(line), /^Time:/);
    tail.push(Buffer.from('Stream started.\u001b[K\rTime: 0.1 sec\r\u001b[31mConnection fail'));
    tail.push(Buffer.from('ure\u001b[0m: Connection refused\nTime: 0.'));
    expect(lines).toEqual(['Stream started.', 'Connection failure: Connection refused']);
    expect(tail.text).toBe('Stream started.\nConnection failure: Connection refused');
  });

  it('stays small, however much comes', () => {
    const tail = new StderrTail(() => {});
    for (let n = 0; n < 1000; n++) tail.push(Buffer.from('x'.repeat(5000)));
    expect(tail.text.length).toBeLessThanOrEqual(2048);
    expect(tail.totalBytes).toBe(5_000_000);
  });
});
