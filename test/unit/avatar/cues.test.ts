import { describe, expect, it } from 'vitest';
import { makeLane } from '../../support/lane.js';

const LIPS = { type: 'LIPSYNC_START', args: ['0', 'a,300,sil,100'] } as const;
const LINE = 'LIPSYNC_START|0|a,300,sil,100';

describe('A message that acts at a time', () => {
  it('leaves earlier by what this MMDAgent-EX needs to act', async () => {
    const { lane, connectReady, clock } = makeLane();
    const slow = await connectReady({ echoMs: 120 });
    const actAtMs = clock.nowMs() + 400;
    const sent = [lane.cue({ type: 'KEYVALUE_SET', args: ['k', '1'] }, actAtMs, 'message')];
    sent.push(lane.cue(LIPS, actAtMs, 'lipsync'));
    await clock.advanceAsync(500);
    expect(await Promise.all(sent)).toEqual([slow.sentAt('KEYVALUE_SET|k|1'), slow.sentAt(LINE)]);
    // Readiness was probed with an echo of 120 ms; a lip border shows sooner, since motions have frames of their own.
    expect(actAtMs - (slow.sentAt('KEYVALUE_SET|k|1') ?? 0)).toBeCloseTo(120, 0);
    expect(actAtMs - (slow.sentAt(LINE) ?? 0)).toBeCloseTo(33.7, 0);
  });

  it('leaves at once when its time has passed, in the order of the times', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const nowMs = clock.nowMs();
    const sent = [
      lane.cue({ type: 'B', args: ['2'] }, nowMs - 10, 'message'),
      lane.cue({ type: 'A', args: ['1'] }, nowMs - 1e6, 'message'),
    ];
    await clock.advanceAsync(5);
    await Promise.all(sent);
    expect(connection.lines).toEqual(['A|1', 'B|2']);
  });

  it('is refused without a connection, and ends with its connection', async () => {
    const { lane, connectReady, clock } = makeLane();
    await expect(lane.cue(LIPS, clock.nowMs(), 'lipsync')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_NOT_READY',
    });
    const connection = await connectReady();
    const cue = expect(lane.cue(LIPS, clock.nowMs() + 1000, 'lipsync')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LINK_LOST',
    });
    connection.drop();
    await cue;
    const next = await connectReady();
    await clock.advanceAsync(2000);
    expect(next.lines).not.toContain(LINE);
  });

  it('is checked when it is given, not when its time has come', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const forged = { type: 'LIPSYNC_START', args: ['0', 'a,1\nMODEL_DELETE|0'] };
    await expect(lane.cue(forged, clock.nowMs() + 50, 'lipsync')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_MESSAGE_ARGUMENT',
    });
  });

  it('waits in a bounded queue', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const cues = Array.from({ length: 10_001 }, (_, n) =>
      lane.cue({ type: 'N', args: [String(n)] }, clock.nowMs() + 30_000, 'message').then(
        () => 'sent',
        (error: { code: string }) => error.code,
      ),
    );
    expect(await cues.at(-1)).toBe('BRIDGE_ERR_QUEUE_FULL');
    await lane.closePolitely();
    expect(new Set(await Promise.all(cues.slice(0, -1)))).toEqual(new Set(['BRIDGE_ERR_LINK_LOST']));
    expect(clock.pendingCount).toBe(0);
  });
});
