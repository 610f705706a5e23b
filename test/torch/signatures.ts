/**
 * Translates PyTorch's signatures. A line has PyTorch's parameters in their order: those before `|` are positional
 * here too, the others become options with the same name in camelCase. `*name` collects the remaining arguments into
 * one array. After `->` is the order here, if it differs; `...name` spreads an array.
 */

/** Signatures by PyTorch's name; `name:variant` goes before `name`, and `b.name` (a function) before both. */
const signatures: Readonly<Record<string, string>> = {
  ...each(
    `abs acos asin atan bfloat16 bitwise_not bool byte ceil clone contiguous cos cosh double erf erfc exp expm1 float floor
     half int isfinite isinf isnan item log log10 log1p log2 logical_not long neg reciprocal rsqrt sigmoid sign sin sinh sqrt
     square t T tan tanh trunc zero_`,
    'self',
  ),
  ...each(
    `atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor eq floor_divide fmod ge gt le
     logical_and logical_or logical_xor lt matmul maximum minimum mul ne pow remainder mm bmm mv dot outer max:binary
     min:binary expand_as`,
    'self other',
  ),
  ...each('add sub', 'self other | alpha'),
  div: 'self other | rounding_mode',
  round: 'self | decimals',
  clamp: 'self | min max',
  lerp: 'self end weight',
  fill: 'self value',
  ...each('masked_fill', 'self mask value'),
  masked_scatter: 'self mask source',
  masked_select: 'self mask',
  where: 'self condition other',
  'b.where': 'self condition other -> condition self other',

  ...each('sum mean prod', 'self dim | keepdim dtype'),
  ...each(
    'all any amax amin argmax argmin max:reduction_with_dim max:reduction_no_dim logsumexp',
    'self dim | keepdim',
  ),
  ...each('min:reduction_with_dim min:reduction_no_dim', 'self dim | keepdim'),
  ...each('var std', 'self dim | unbiased keepdim correction'),
  ...each('var:unbiased std:unbiased', 'self | unbiased'),
  norm: 'self | p dim keepdim dtype',
  cumsum: 'self dim | dtype',
  ...each('softmax log_softmax nn.functional.softmin', 'self dim | dtype'),
  sum_to_size: 'self *size',
  ...each('sort argsort', 'self dim | descending stable'),
  topk: 'self k dim | largest sorted',

  ...each('permute flip', 'self *dims'),
  ...each('tile repeat', 'self *repeats'),
  expand: 'self *size',
  ...each('reshape view', 'self *shape'),
  transpose: 'self dim0 dim1',
  movedim: 'self source destination',
  ...each('squeeze unsqueeze unbind', 'self dim'),
  flatten: 'self start_dim end_dim',
  unflatten: 'self dim sizes',
  narrow: 'self dim start length',
  select: 'self dim index',
  slice: 'self dim start end step',
  split: 'self split_size dim',
  chunk: 'self chunks dim',
  diagonal: 'self offset dim1 dim2',
  ...each('diag tril triu', 'self diagonal'),
  roll: 'self shifts dims',
  ...each('cat stack', 'tensors dim'),
  meshgrid: '*tensors | indexing',
  __getitem__: 'self indices',

  gather: 'self dim index | sparse_grad',
  ...each('scatter', 'self dim index src | reduce'),
  scatter_add: 'self dim index src',
  index_select: 'self dim index',
  index_add: 'self dim index source | alpha',
  index_put: 'self indices values | accumulate',
  take: 'self index',
  nonzero: 'self | as_tuple',

  addmm: 'self mat1 mat2 | beta alpha',
  einsum: 'operands equation -> equation ...operands',

  arange: 'start end step | dtype',
  linspace: 'start end steps | dtype',
  ...each('ones zeros empty randn', '*size | dtype'),
  full: 'size fill_value | dtype',
  full_like: 'self fill_value | dtype',
  ...each('ones_like zeros_like rand_like randn_like', 'self | dtype'),
  eye: 'n m | dtype',
  randint: 'low high size | dtype',
  uniform: 'self from to',
  'normal:in_place': 'self mean std',
  bernoulli: 'self p | generator',
  to: 'self *target | copy',

  ...each(
    `relu hardswish selu silu hardsigmoid logsigmoid mish softsign tanhshrink relu6`,
    'input | inplace',
    'nn.functional.',
  ),
  ...each('elu celu', 'input | alpha inplace', 'nn.functional.'),
  'nn.functional.leaky_relu': 'input | negative_slope inplace',
  'nn.functional.threshold': 'input threshold value | inplace',
  'nn.functional.hardtanh': 'input | min_val max_val inplace',
  ...each('hardshrink softshrink', 'input | lambd', 'nn.functional.'),
  'nn.functional.softplus': 'input | beta threshold',
  'nn.functional.gelu': 'input | approximate',
  'nn.functional.glu': 'input | dim',
  'nn.functional.prelu': 'input weight',
  'nn.functional.batch_norm': 'input running_mean running_var | weight bias training momentum eps',
  'nn.functional.instance_norm':
    'input | running_mean running_var weight bias use_input_stats momentum eps',
  'nn.functional.layer_norm': 'input normalized_shape | weight bias eps',
  'nn.functional.rms_norm': 'input normalized_shape | weight eps',
  'nn.functional.group_norm': 'input num_groups | weight bias eps',
  'nn.functional.local_response_norm': 'input size | alpha beta k',
  'nn.functional.rrelu': 'input | lower upper training inplace',
  ...each('alpha_dropout feature_alpha_dropout', 'input | p training inplace', 'nn.functional.'),
  ...each('dropout dropout2d dropout3d', 'input | p training inplace', 'nn.functional.'),
  'nn.functional.linear': 'input weight bias',
  'nn.functional.bilinear': 'input1 input2 weight bias',
  'nn.functional.embedding':
    'weight input | padding_idx max_norm norm_type scale_grad_by_freq sparse -> input weight',
  ...each(
    'conv1d conv2d conv3d',
    'input weight bias | stride padding dilation groups',
    'nn.functional.',
  ),
  ...each(
    'conv_transpose1d conv_transpose2d conv_transpose3d',
    'input weight bias | stride padding output_padding groups dilation',
    'nn.functional.',
  ),
  'nn.functional.unfold': 'input kernel_size | dilation padding stride',
  'nn.functional.pad': 'input pad | mode value',
  ...each(
    `interpolate upsample`,
    'input | size scale_factor mode align_corners recompute_scale_factor antialias',
    'nn.functional.',
  ),
  'nn.functional.grid_sample': 'input grid | mode padding_mode align_corners',
  'nn.functional.affine_grid': 'theta size | align_corners',
  ...each('pixel_shuffle', 'input upscale_factor', 'nn.functional.'),
  ...each('pixel_unshuffle', 'input downscale_factor', 'nn.functional.'),
  ...each('channel_shuffle', 'input groups', 'nn.functional.'),
  'nn.functional.one_hot': 'input num_classes',
  ...each(
    'max_pool1d max_pool2d max_pool3d',
    'input kernel_size | stride padding dilation ceil_mode return_indices',
    'nn.functional.',
  ),
  ...each(
    'avg_pool1d avg_pool2d avg_pool3d',
    'input kernel_size | stride padding ceil_mode count_include_pad divisor_override',
    'nn.functional.',
  ),
  ...each(
    'lp_pool1d lp_pool2d lp_pool3d',
    'input norm_type kernel_size | stride ceil_mode',
    'nn.functional.',
  ),
  ...each(
    'max_unpool1d max_unpool2d max_unpool3d',
    'input indices kernel_size | stride padding output_size',
    'nn.functional.',
  ),
  ...each(
    'adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d',
    'input output_size | return_indices',
    'nn.functional.',
  ),
  ...each(
    'adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d',
    'input output_size',
    'nn.functional.',
  ),
  ...each(
    'fractional_max_pool2d fractional_max_pool3d',
    'input kernel_size | output_size output_ratio return_indices random_samples',
    'nn.functional.',
  ),
  'nn.functional.normalize': 'input | p dim eps',
  'nn.functional.cosine_similarity': 'x1 x2 | dim eps',
  'nn.functional.pairwise_distance': 'x1 x2 | p eps keepdim',

  ...each('mse_loss l1_loss', 'input target | reduction weight', 'nn.functional.'),
  'nn.functional.smooth_l1_loss': 'input target | reduction beta',
  'nn.functional.huber_loss': 'input target | reduction delta',
  'nn.functional.soft_margin_loss': 'input target | reduction',
  'nn.functional.kl_div': 'input target | reduction log_target',
  'nn.functional.binary_cross_entropy': 'input target | weight reduction',
  'nn.functional.binary_cross_entropy_with_logits': 'input target | weight reduction pos_weight',
  ...each('cross_entropy', 'input target | weight reduction label_smoothing', 'nn.functional.'),
  'nn.functional.nll_loss': 'input target | weight reduction',
  'nn.functional.multilabel_soft_margin_loss': 'input target | weight reduction',
  'nn.functional.multi_margin_loss': 'input target | p margin weight reduction',
  'nn.functional.margin_ranking_loss': 'input1 input2 target | margin reduction',
  'nn.functional.cosine_embedding_loss': 'input1 input2 target | margin reduction',
  'nn.functional.hinge_embedding_loss': 'input target | margin reduction',
  'nn.functional.poisson_nll_loss': 'input target | log_input full eps reduction',
  'nn.functional.gaussian_nll_loss': 'input target var | full eps reduction',
  'nn.functional.triplet_margin_loss': 'anchor positive negative | margin p eps swap reduction',
  'nn.functional.triplet_margin_with_distance_loss':
    'anchor positive negative | distance_function margin swap reduction',
};

function each(names: string, signature: string, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [prefix + name, signature]),
  );
}

export function signatureText(op: string, target: string): string | null {
  const [name] = op.split(':');
  const own = target.startsWith('b.') ? [`b.${op}`, `b.${name}`] : [];
  const key = [...own, op, name].find((key) => Object.hasOwn(signatures, key));
  return key === undefined ? null : signatures[key];
}

/** Names here for names of PyTorch that the rules do not find. */
export const otherNames: Readonly<Record<string, readonly string[]>> = {
  __getitem__: ['x.index'],
  'nn.functional.dropout2d': ['F.featureDropout'],
  'nn.functional.dropout3d': ['F.featureDropout'],
  'max:binary': ['x.max'],
  'min:binary': ['x.min'],
  slice: ['x.slice'], // not the function `slice`, which is Python's slice(...)
};

/** Of PyTorch only; what is here under the same name is something else. */
export const notHere = new Set([
  'normal', // torch.normal(mean, std); only the method normal_ is here
  'normal:number_mean',
  'unfold', // Tensor.unfold; F.unfold is another function
]);

/** Only the function that changes its input is here: the call works on a clone. */
export const inPlaceOnly = new Set(['index_put', 'fill', 'zero_', 'uniform', 'normal:in_place']);
