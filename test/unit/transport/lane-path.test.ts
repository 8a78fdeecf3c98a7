import { describe, expect, test } from 'vitest';
import { matchPath } from '../../../src/transport/lane-path.js';

describe('matchPath', () => {
  test.each([
    ['/chat', '/chat', 'first'],
    ['/chat', '/chat-1', 'lane'],
    ['/chat', '/chat-1-2', 'lane'],
    ['/chat', '/chat-12-3-4', 'lane'],
    ['/chat', '/chat-12345', undefined],
    ['/chat', '/chat-', undefined],
    ['/chat', '/chat-a', undefined],
    ['/chat', '/chat-1-', undefined],
    ['/chat', '/chat-1x-2', undefined],
    ['/chat', '/Chat', undefined],
    ['/chat', '', undefined],
    ['/', '/-1', 'lane'],
    ['/chat-1', '/chat-1', 'first'],
    ['/chat-1', '/chat-1-1', 'lane'],
    ['/chat-1', '/chat', undefined],
    ['/chat?key=x-9', '/chat?key=x-9', 'first'],
    ['/chat?key=x-9', '/chat?key=x-9-1', 'lane'],
    ['/chat?key=x-9', '/chat?key=x', undefined],
  ])('%s asked for as %j is %s', (path, target, wanted) => {
    expect(matchPath(path, target)).toBe(wanted);
  });

  test('gives up on endless suffixes', () => {
    expect(matchPath('/chat', `/chat${'-1'.repeat(32)}`)).toBe('lane');
    expect(matchPath('/chat', `/chat${'-1'.repeat(3_000)}`)).toBeUndefined();
  });
});
