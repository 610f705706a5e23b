// Augmented images: random transforms in worker threads.
import { arange, data } from 'blasgrad';

const { Compose, ColorJitter, RandomCrop, RandomErasing, RandomHorizontalFlip } = data.transforms;
const augment = new Compose([
  new RandomCrop(6, { padding: 2 }),
  new RandomHorizontalFlip(),
  new ColorJitter({ brightness: 0.3, hue: 0.1 }),
  new RandomErasing({ value: 'random' }),
]);
const image = arange(3 * 6 * 6)
  .reshape(3, 6, 6)
  .to('uint8');

export default { length: 12, get: (i) => [augment.forward(image), i] };
