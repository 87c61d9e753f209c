/**
 * Lets the event loop turn so many times. Sockets whose both ends are in this process have passed
 * on all they have by then, however busy the machine is: what has not come has been held back.
 */
export async function turns(count = 100): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => void setImmediate(next));
}
