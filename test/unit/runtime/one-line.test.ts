import { expect, it } from 'vitest';
import { inOneLine } from '../../../src/runtime/index.js';

it.each([
  ['  two\r\n\tlines ', 'two lines'],
  ['全角　の 間', '全角 の 間'],
  [' \n ', ''],
])('inOneLine makes of %j one line: %j', (text, line) => {
  expect(inOneLine(text)).toBe(line);
});
