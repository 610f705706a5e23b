/**
 * What PyTorch 1.13.1 prints for these tensors (its `torch.float64` is our `float64`, its `grad_fn` our `gradFn`).
 * Long because it is one table.
 */
import { arange, ones, tensor, where, zeros, type Tensor } from 'blasgrad';

export interface FormatCase {
  readonly name: string;
  readonly make: () => Tensor;
  readonly text: readonly string[];
}

export const formatCases: readonly FormatCase[] = [
  { name: 'whole floats', make: () => tensor([1, 2, 3]), text: ['tensor([1., 2., 3.])'] },
  {
    name: 'fractions',
    make: () => tensor([0.1, 0.25, -3.5]),
    text: ['tensor([ 0.1000,  0.2500, -3.5000])'],
  },
  { name: 'a number', make: () => tensor(2.5), text: ['tensor(2.5000)'] },
  { name: 'an integer', make: () => tensor(7), text: ['tensor(7.)'] },
  { name: 'a small number', make: () => tensor(1e-5), text: ['tensor(1.0000e-05)'] },
  { name: 'a long number', make: () => tensor(123456.789), text: ['tensor(123456.7891)'] },
  { name: 'a large integer', make: () => tensor(3e9), text: ['tensor(3.0000e+09)'] },
  {
    name: 'widths',
    make: () =>
      tensor([
        [1, 10, 100],
        [-1000, 5, 0],
      ]),
    text: ['tensor([[    1.,    10.,   100.],', '        [-1000.,     5.,     0.]])'],
  },
  {
    name: 'the ratio 1000 is still fixed',
    make: () => tensor([1, 1000]),
    text: ['tensor([   1., 1000.])'],
  },
  {
    name: 'a ratio above 1000',
    make: () => tensor([1, 1001, 0]),
    text: ['tensor([1.0000e+00, 1.0010e+03, 0.0000e+00])'],
  },
  {
    name: 'a ratio above 1000 with fractions',
    make: () => tensor([0.001, 12.5, -0.25]),
    text: ['tensor([ 1.0000e-03,  1.2500e+01, -2.5000e-01])'],
  },
  {
    name: 'below 1e-4',
    make: () => tensor([0.00009, 0.00008]),
    text: ['tensor([9.0000e-05, 8.0000e-05])'],
  },
  {
    name: 'above 1e8',
    make: () => tensor([200000001, 300000000]),
    text: ['tensor([2.0000e+08, 3.0000e+08])'],
  },
  {
    name: 'exponents of three digits',
    make: () => tensor([1e-300, 1e300], { dtype: 'float64' }),
    text: ['tensor([1.0000e-300, 1.0000e+300], dtype: float64)'],
  },
  {
    name: 'nan and infinities with fractions',
    make: () => tensor([NaN, Infinity, -Infinity, 1.5]),
    text: ['tensor([   nan,    inf,   -inf, 1.5000])'],
  },
  {
    name: 'nan and infinities with integers',
    make: () =>
      tensor([
        [NaN, 1],
        [-Infinity, 100],
      ]),
    text: ['tensor([[ nan,   1.],', '        [-inf, 100.]])'],
  },
  {
    name: 'nothing finite',
    make: () => tensor([NaN, Infinity, -Infinity, 0]),
    text: ['tensor([nan, inf, -inf, 0.])'],
  },
  {
    name: 'nan in scientific notation',
    make: () => tensor([1e-7, NaN, Infinity, 0]),
    text: ['tensor([1.0000e-07,        nan,        inf, 0.0000e+00])'],
  },
  {
    name: 'zeros',
    make: () => zeros([2, 3]),
    text: ['tensor([[0., 0., 0.],', '        [0., 0., 0.]])'],
  },
  {
    name: 'negative zeros',
    make: () => tensor([-0, 0, -1e-6, 1.5]),
    text: ['tensor([-0.0000e+00,  0.0000e+00, -1.0000e-06,  1.5000e+00])'],
  },
  {
    name: 'a negative zero among integers',
    make: () => tensor([-0, 1]),
    text: ['tensor([-0., 1.])'],
  },
  {
    name: 'a tie goes to the even digit',
    make: () => tensor([0.03125, 0.09375, -0.03125]),
    text: ['tensor([ 0.0312,  0.0938, -0.0312])'],
  },
  {
    name: 'a tie in scientific notation',
    make: () => tensor([100001.5, 0.5, 1000050, 1000150], { dtype: 'float64' }),
    text: ['tensor([1.0000e+05, 5.0000e-01, 1.0000e+06, 1.0002e+06], dtype: float64)'],
  },
  {
    name: 'rounding that carries',
    make: () => tensor([0.99996, 9.99999]),
    text: ['tensor([ 1.0000, 10.0000])'],
  },
  {
    name: 'a carry in scientific notation',
    make: () => tensor([999999, 1, 99999.5]),
    text: ['tensor([1.0000e+06, 1.0000e+00, 1.0000e+05])'],
  },
  {
    name: 'float64',
    make: () => tensor([[1.5, 2]], { dtype: 'float64' }),
    text: ['tensor([[1.5000, 2.0000]], dtype: float64)'],
  },
  {
    name: 'int32',
    make: () =>
      tensor(
        [
          [1, -20],
          [300, 4],
        ],
        { dtype: 'int32' },
      ),
    text: ['tensor([[  1, -20],', '        [300,   4]], dtype: int32)'],
  },
  {
    name: 'an int32 number',
    make: () => tensor(-5, { dtype: 'int32' }),
    text: ['tensor(-5, dtype: int32)'],
  },
  {
    name: 'bool',
    make: () =>
      tensor([
        [true, false],
        [false, true],
      ]),
    text: ['tensor([[ True, False],', '        [False,  True]])'],
  },
  { name: 'a bool number', make: () => tensor(true), text: ['tensor(True)'] },
  { name: 'empty', make: () => tensor([]), text: ['tensor([])'] },
  { name: 'empty with rows', make: () => zeros([0, 3]), text: ['tensor([], shape: [0, 3])'] },
  {
    name: 'empty of three dimensions and another dtype',
    make: () => zeros([2, 0, 3], { dtype: 'float64' }),
    text: ['tensor([], shape: [2, 0, 3], dtype: float64)'],
  },
  {
    name: 'empty bool',
    make: () => zeros([0], { dtype: 'bool' }),
    text: ['tensor([], dtype: bool)'],
  },
  {
    name: 'three dimensions',
    make: () => arange(12).reshape(2, 2, 3),
    text: [
      'tensor([[[ 0.,  1.,  2.],',
      '         [ 3.,  4.,  5.]],',
      '',
      '        [[ 6.,  7.,  8.],',
      '         [ 9., 10., 11.]]])',
    ],
  },
  {
    name: 'four dimensions',
    make: () => arange(16).reshape(2, 2, 2, 2).div(8),
    text: [
      'tensor([[[[0.0000, 0.1250],',
      '          [0.2500, 0.3750]],',
      '',
      '         [[0.5000, 0.6250],',
      '          [0.7500, 0.8750]]],',
      '',
      '',
      '        [[[1.0000, 1.1250],',
      '          [1.2500, 1.3750]],',
      '',
      '         [[1.5000, 1.6250],',
      '          [1.7500, 1.8750]]]])',
    ],
  },
  { name: 'sizes of 1', make: () => ones([1, 1, 1, 2]), text: ['tensor([[[[1., 1.]]]])'] },
  {
    name: 'a transposed view',
    make: () => arange(6).reshape(2, 3).T,
    text: ['tensor([[0., 3.],', '        [1., 4.],', '        [2., 5.]])'],
  },
  {
    name: 'every second column',
    make: () => arange(8).reshape(2, 4).slice(1, 1, null, 2),
    text: ['tensor([[1., 3.],', '        [5., 7.]])'],
  },
  {
    name: 'an expanded row',
    make: () => tensor([1, 2]).expand(3, 2),
    text: ['tensor([[1., 2.],', '        [1., 2.],', '        [1., 2.]])'],
  },
  {
    name: 'lines of 80 characters',
    make: () => arange(40).div(4),
    text: [
      'tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000, 1.2500, 1.5000, 1.7500, 2.0000,',
      '        2.2500, 2.5000, 2.7500, 3.0000, 3.2500, 3.5000, 3.7500, 4.0000, 4.2500,',
      '        4.5000, 4.7500, 5.0000, 5.2500, 5.5000, 5.7500, 6.0000, 6.2500, 6.5000,',
      '        6.7500, 7.0000, 7.2500, 7.5000, 7.7500, 8.0000, 8.2500, 8.5000, 8.7500,',
      '        9.0000, 9.2500, 9.5000, 9.7500])',
    ],
  },
  {
    name: 'wide rows in a matrix',
    make: () => arange(60, { dtype: 'int32' }).reshape(2, 30).mul(1000),
    text: [
      'tensor([[    0,  1000,  2000,  3000,  4000,  5000,  6000,  7000,  8000,  9000,',
      '         10000, 11000, 12000, 13000, 14000, 15000, 16000, 17000, 18000, 19000,',
      '         20000, 21000, 22000, 23000, 24000, 25000, 26000, 27000, 28000, 29000],',
      '        [30000, 31000, 32000, 33000, 34000, 35000, 36000, 37000, 38000, 39000,',
      '         40000, 41000, 42000, 43000, 44000, 45000, 46000, 47000, 48000, 49000,',
      '         50000, 51000, 52000, 53000, 54000, 55000, 56000, 57000, 58000, 59000]],',
      '       dtype: int32)',
    ],
  },
  {
    name: '1001 elements summarised',
    make: () => arange(1001),
    text: ['tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])'],
  },
  {
    name: 'a summarised matrix',
    make: () => arange(10000).reshape(100, 100).div(16),
    text: [
      'tensor([[0.0000e+00, 6.2500e-02, 1.2500e-01,  ..., 6.0625e+00, 6.1250e+00,',
      '         6.1875e+00],',
      '        [6.2500e+00, 6.3125e+00, 6.3750e+00,  ..., 1.2312e+01, 1.2375e+01,',
      '         1.2438e+01],',
      '        [1.2500e+01, 1.2562e+01, 1.2625e+01,  ..., 1.8562e+01, 1.8625e+01,',
      '         1.8688e+01],',
      '        ...,',
      '        [6.0625e+02, 6.0631e+02, 6.0638e+02,  ..., 6.1231e+02, 6.1238e+02,',
      '         6.1244e+02],',
      '        [6.1250e+02, 6.1256e+02, 6.1262e+02,  ..., 6.1856e+02, 6.1862e+02,',
      '         6.1869e+02],',
      '        [6.1875e+02, 6.1881e+02, 6.1888e+02,  ..., 6.2481e+02, 6.2488e+02,',
      '         6.2494e+02]])',
    ],
  },
  {
    name: 'only the long dimension is summarised',
    make: () => arange(1200, { dtype: 'int32' }).reshape(4, 300),
    text: [
      'tensor([[   0,    1,    2,  ...,  297,  298,  299],',
      '        [ 300,  301,  302,  ...,  597,  598,  599],',
      '        [ 600,  601,  602,  ...,  897,  898,  899],',
      '        [ 900,  901,  902,  ..., 1197, 1198, 1199]], dtype: int32)',
    ],
  },
  {
    name: 'six items are not summarised',
    make: () => arange(1026, { dtype: 'int32' }).reshape(6, 171),
    text: [
      'tensor([[   0,    1,    2,  ...,  168,  169,  170],',
      '        [ 171,  172,  173,  ...,  339,  340,  341],',
      '        [ 342,  343,  344,  ...,  510,  511,  512],',
      '        [ 513,  514,  515,  ...,  681,  682,  683],',
      '        [ 684,  685,  686,  ...,  852,  853,  854],',
      '        [ 855,  856,  857,  ..., 1023, 1024, 1025]], dtype: int32)',
    ],
  },
  {
    name: 'summarised in three dimensions',
    make: () => arange(1029, { dtype: 'int32' }).reshape(7, 7, 21),
    text: [
      'tensor([[[   0,    1,    2,  ...,   18,   19,   20],',
      '         [  21,   22,   23,  ...,   39,   40,   41],',
      '         [  42,   43,   44,  ...,   60,   61,   62],',
      '         ...,',
      '         [  84,   85,   86,  ...,  102,  103,  104],',
      '         [ 105,  106,  107,  ...,  123,  124,  125],',
      '         [ 126,  127,  128,  ...,  144,  145,  146]],',
      '',
      '        [[ 147,  148,  149,  ...,  165,  166,  167],',
      '         [ 168,  169,  170,  ...,  186,  187,  188],',
      '         [ 189,  190,  191,  ...,  207,  208,  209],',
      '         ...,',
      '         [ 231,  232,  233,  ...,  249,  250,  251],',
      '         [ 252,  253,  254,  ...,  270,  271,  272],',
      '         [ 273,  274,  275,  ...,  291,  292,  293]],',
      '',
      '        [[ 294,  295,  296,  ...,  312,  313,  314],',
      '         [ 315,  316,  317,  ...,  333,  334,  335],',
      '         [ 336,  337,  338,  ...,  354,  355,  356],',
      '         ...,',
      '         [ 378,  379,  380,  ...,  396,  397,  398],',
      '         [ 399,  400,  401,  ...,  417,  418,  419],',
      '         [ 420,  421,  422,  ...,  438,  439,  440]],',
      '',
      '        ...,',
      '',
      '        [[ 588,  589,  590,  ...,  606,  607,  608],',
      '         [ 609,  610,  611,  ...,  627,  628,  629],',
      '         [ 630,  631,  632,  ...,  648,  649,  650],',
      '         ...,',
      '         [ 672,  673,  674,  ...,  690,  691,  692],',
      '         [ 693,  694,  695,  ...,  711,  712,  713],',
      '         [ 714,  715,  716,  ...,  732,  733,  734]],',
      '',
      '        [[ 735,  736,  737,  ...,  753,  754,  755],',
      '         [ 756,  757,  758,  ...,  774,  775,  776],',
      '         [ 777,  778,  779,  ...,  795,  796,  797],',
      '         ...,',
      '         [ 819,  820,  821,  ...,  837,  838,  839],',
      '         [ 840,  841,  842,  ...,  858,  859,  860],',
      '         [ 861,  862,  863,  ...,  879,  880,  881]],',
      '',
      '        [[ 882,  883,  884,  ...,  900,  901,  902],',
      '         [ 903,  904,  905,  ...,  921,  922,  923],',
      '         [ 924,  925,  926,  ...,  942,  943,  944],',
      '         ...,',
      '         [ 966,  967,  968,  ...,  984,  985,  986],',
      '         [ 987,  988,  989,  ..., 1005, 1006, 1007],',
      '         [1008, 1009, 1010,  ..., 1026, 1027, 1028]]], dtype: int32)',
    ],
  },
  {
    name: 'hidden elements do not count',
    make: () => where(arange(2000).eq(1000), tensor(1e9), ones([2000])),
    text: ['tensor([1., 1., 1.,  ..., 1., 1., 1.])'],
  },
  {
    name: 'requires grad',
    make: () => ones([2], { requiresGrad: true }),
    text: ['tensor([1., 1.], requiresGrad: true)'],
  },
  {
    name: 'made by an op',
    make: () => ones([2], { requiresGrad: true }).add(1),
    text: ['tensor([2., 2.], gradFn: <AddBackward>)'],
  },
  {
    name: 'made by an op, float64',
    make: () => ones([2], { dtype: 'float64', requiresGrad: true }).mul(2),
    text: ['tensor([2., 2.], dtype: float64, gradFn: <MulBackward>)'],
  },
  {
    name: 'a suffix that does not fit',
    make: () => arange(9).add(0.5).requiresGrad_(),
    text: [
      'tensor([0.5000, 1.5000, 2.5000, 3.5000, 4.5000, 5.5000, 6.5000, 7.5000, 8.5000],',
      '       requiresGrad: true)',
    ],
  },
  {
    name: 'two suffixes, one on a new line',
    make: () =>
      tensor(Array<number>(8).fill(1.5), { dtype: 'float64', requiresGrad: true }).mul(2.2),
    text: [
      'tensor([3.3000, 3.3000, 3.3000, 3.3000, 3.3000, 3.3000, 3.3000, 3.3000],',
      '       dtype: float64, gradFn: <MulBackward>)',
    ],
  },
  {
    name: 'empty with a gradient',
    make: () => zeros([0, 2], { dtype: 'float64', requiresGrad: true }),
    text: ['tensor([], shape: [0, 2], dtype: float64, requiresGrad: true)'],
  },
];
