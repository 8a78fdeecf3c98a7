import { describe, expect, it } from 'vitest';
import { AvatarWatch } from '../../../src/chat/avatar-watch.js';
import type { BridgeClient } from '../../../src/client/index.js';
import type { LaneStatus } from '../../../src/control/index.js';
import { Emitter } from '../../../src/runtime/index.js';

function lane(name: string, fields: Partial<LaneStatus>): LaneStatus {
  return {
    lane: name,
    link: `${name}:`,
    model: '0',
    state: 'ready',
    isSimulator: false,
    carriesSound: true,
    connections: 1,
    isSpeaking: false,
    bufferedMs: 0,
    ...fields,
  };
}

async function watch(lanes: readonly LaneStatus[], name?: string) {
  const events = new Emitter<{ laneState: [lane: LaneStatus]; reconnected: [isResumed: boolean] }>();
  const asked: string[] = [];
  let now = lanes;
  const request = async (what: string) => {
    asked.push(what);
    return what === 'status' ? { lanes: now } : {};
  };
  const client = { events, request } as unknown as BridgeClient;
  const avatar = await AvatarWatch.open(client, name);
  return {
    ...{ avatar, events, asked },
    change: (next: readonly LaneStatus[]) => {
      now = next;
    },
  };
}

describe('The avatar of a conversation', () => {
  it('is a real one before a simulator, whatever their order', async () => {
    const { avatar } = await watch([lane('simulator', { isSimulator: true }), lane('ws', {})]);
    expect(avatar.lane?.lane).toBe('ws');
  });

  it('is the simulator while no other is ready', async () => {
    const { avatar, events } = await watch([
      lane('ws', { state: 'disconnected' }),
      lane('simulator', { isSimulator: true }),
    ]);
    expect(avatar.lane?.lane).toBe('simulator');
    events.emit('laneState', lane('ws', {}));
    expect(avatar.lane?.lane).toBe('ws');
  });

  it('is the one that was named, also while it is away', async () => {
    const { avatar } = await watch([lane('a', {}), lane('b', { state: 'disconnected' })], 'b');
    expect(avatar.lane?.lane).toBe('b');
    expect(avatar.isReady).toBe(false);
  });

  it('is seen again behind a new daemon, which knows nothing of what the old one was asked', async () => {
    const { avatar, events, asked, change } = await watch([lane('ws', {}), lane('old', {})], 'ws');
    change([lane('ws', { state: 'waiting' })]);
    events.emit('reconnected', true);
    events.emit('reconnected', false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(['subscribe', 'status', 'subscribe', 'status']);
    expect(avatar.lane?.state).toBe('waiting');
  });

  it('is none where there is no lane', async () => {
    const { avatar } = await watch([]);
    expect(avatar.lane).toBeUndefined();
  });
});
