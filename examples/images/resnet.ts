/** ResNet-18 with torchvision's names, so that its state dict is that of `torchvision.models.resnet18`. */
import { F, nn, type Tensor } from 'blasgrad';

const convolution = (from: number, to: number, kernel: number, stride: number): nn.Conv2d =>
  new nn.Conv2d(from, to, kernel, { stride, padding: (kernel - 1) / 2, bias: false });

/** Two convolutions of 3 x 3, whose output is added to the input. */
class BasicBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  /** A convolution of 1 x 1 gives the input the shape of the output; null if they have the same shape. */
  readonly downsample: nn.Sequential | null;

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = convolution(from, to, 3, stride);
    this.bn1 = new nn.BatchNorm2d(to);
    this.conv2 = convolution(to, to, 3, 1);
    this.bn2 = new nn.BatchNorm2d(to);
    this.downsample =
      from === to && stride === 1
        ? null
        : new nn.Sequential(convolution(from, to, 1, stride), new nn.BatchNorm2d(to));
  }

  override forward(x: Tensor): Tensor {
    let y = F.relu(this.bn1.forward(this.conv1.forward(x)));
    y = this.bn2.forward(this.conv2.forward(y));
    return F.relu(y.add(this.downsample === null ? x : this.downsample.forward(x)));
  }
}

const stage = (from: number, to: number, stride: number): nn.Sequential =>
  new nn.Sequential(new BasicBlock(from, to, stride), new BasicBlock(to, to, 1));

/**
 * ResNet-18 (He et al. 2015), for images (N, 3, H, W).
 *
 * The form 'imagenet' is torchvision's. The form 'cifar', for images of 32 x 32 pixels, begins with a convolution of 3 x 3
 * and stride 1 instead of 7 x 7 and stride 2, and has no max pooling. Only the shape of `conv1.weight` differs.
 */
export class ResNet18 extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1 = new nn.BatchNorm2d(64);
  readonly layer1 = stage(64, 64, 1);
  readonly layer2 = stage(64, 128, 2);
  readonly layer3 = stage(128, 256, 2);
  readonly layer4 = stage(256, 512, 2);
  /** The head: assign another one for other classes. */
  fc: nn.Linear;

  constructor(
    classes: number,
    private readonly form: 'cifar' | 'imagenet' = 'cifar',
  ) {
    super();
    this.conv1 = form === 'cifar' ? convolution(3, 64, 3, 1) : convolution(3, 64, 7, 2);
    this.fc = new nn.Linear(512, classes);
    for (const module of this.modules()) {
      if (module instanceof nn.Conv2d) {
        nn.init.kaimingNormal_(module.weight, { mode: 'fanOut', nonlinearity: 'relu' });
      }
    }
  }

  override forward(input: Tensor): Tensor {
    let x = F.relu(this.bn1.forward(this.conv1.forward(input)));
    if (this.form === 'imagenet') x = F.maxPool2d(x, 3, { stride: 2, padding: 1 });
    for (const layer of [this.layer1, this.layer2, this.layer3, this.layer4]) x = layer.forward(x);
    return this.fc.forward(F.adaptiveAvgPool2d(x, 1).flatten(1));
  }
}
