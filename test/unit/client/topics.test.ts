import { describe, expect, it } from 'vitest';
import { subscribe, unsubscribe } from '../../../src/client/index.js';
import type { Topic } from '../../../src/control/index.js';

/** What the daemon was asked for, each time in place of what it was asked before. */
function client() {
  const asked: (readonly Topic[])[] = [];
  const request = async (_name: string, { topics }: { readonly topics: readonly Topic[] }) => {
    asked.push(topics);
    return {};
  };
  return { asked, client: { request } as unknown as Parameters<typeof subscribe>[0] };
}

describe('Topics of a client', () => {
  it('are those of all who want some, each once', async () => {
    const one = client();
    await subscribe(one.client, {}, ['links', 'messages']);
    await subscribe(one.client, {}, ['messages', 'lanes']);
    expect(one.asked.at(-1)).toEqual(['links', 'messages', 'lanes']);
  });

  it('are for each owner those that it asked for last, until it leaves', async () => {
    const one = client();
    const [program, watch] = [{}, {}];
    await subscribe(one.client, program, ['streams']);
    await subscribe(one.client, watch, ['lanes']);
    await subscribe(one.client, program, []);
    expect(one.asked.at(-1)).toEqual(['lanes']);
    unsubscribe(one.client, watch);
    await subscribe(one.client, program, ['links']);
    expect(one.asked.at(-1)).toEqual(['links']);
  });

  it('of one client are not those of another', async () => {
    const [one, other] = [client(), client()];
    await subscribe(one.client, {}, ['links']);
    await subscribe(other.client, {}, ['lanes']);
    expect(other.asked).toEqual([['lanes']]);
  });
});
