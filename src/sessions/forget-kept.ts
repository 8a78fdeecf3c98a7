import type { Context, KeptUnder } from './contexts.js';
import type { Houses } from './house.js';

/**
 * Disk and long-term memory forget these kept sessions of a context.
 *
 * @throws {RequestError} BRIDGE_ERR_KEPT, {BridgeError} of the memory - those that are left stay with the context.
 */
export async function forgetKept(
  context: Context,
  kept: readonly (readonly [id: string, under: KeptUnder])[],
  houses: Houses,
): Promise<void> {
  for (const [id, { user, persona }] of kept) {
    if (!context.kept.has(id)) continue;
    // A persona that is gone kept it where the others do.
    const house = houses.has(persona) ? houses.get(persona) : houses.get(undefined);
    await house.within(async ({ kept: store, mind }) => {
      await store.forget(id);
      await mind.memory?.forget(user, id);
    });
    context.kept.delete(id);
  }
}
