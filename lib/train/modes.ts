/** The modes of the parts of a model: training or evaluation. */
import type { AnyModule } from '../nn';

/** The modes at one moment, to be restored. */
export class Modes {
  private readonly modes: readonly (readonly [part: AnyModule, training: boolean])[];

  constructor(private readonly model: AnyModule) {
    this.modes = Array.from(model.modules(), (part) => [part, part.training] as const);
  }

  restore(): void {
    const [[, training]] = this.modes;
    if (this.model.training !== training) this.model.train(training); // a class may override it
    for (const [part, mode] of this.modes) part.training = mode;
  }
}
