import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  it('stands still until it is moved, by exactly as much', async () => {
    const clock = new VirtualClock(1_000);

    await clock.advance(250);

    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it('runs due tasks by time and then by order, each at its own time', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`);
    clock.schedule(20, note('late'));
    clock.schedule(10, note('first'));
    clock.schedule(10, note('second'));
    clock.schedule(31, note('never'));

    await clock.advance(30);

    expect(seen).toEqual(['first@10', 'second@10', 'late@20']);
    expect([clock.now(), clock.pending]).toEqual([30, 1]);
  });

  it('runs what a task schedules within the same time, after its promises had their turn', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      void Promise.resolve().then(() => clock.schedule(10, tick));
    };
    clock.schedule(10, tick);

    await clock.advance(35);

    expect(seen).toEqual([10, 20, 30]);
  });

  it('forgets a cancelled task', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.schedule(5, () => seen.push('ran')).cancel();

    await clock.advance(10);

    expect([seen, clock.pending]).toEqual([[], 0]);
  });

  it('gives up on tasks that never let time pass', async () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.schedule(0, again);
    again();

    await expect(clock.advance(1)).rejects.toThrow('tasks within 1 ms');
  });
});
