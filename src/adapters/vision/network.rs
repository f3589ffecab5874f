//! The person detector's network, read out of its TFLite file and built for one size of picture.
//!
//! The file keeps its weights as halves and its shapes at 300x300; only what this network is made of is
//! understood (convolutions, additions), at any size. The raw maps of its heads come out. Refuses
//! another network. Next: `detector` decodes the maps.

use std::collections::HashMap;

use tract_core::{
    internal::*,
    ops::{
        cnn::{Conv, KernelFormat, PaddingSpec, PoolSpec},
        math,
        nn::DataFormat,
    },
};
use tract_tflite::tflite::{self, ActivationFunctionType, BuiltinOperator, Operator, Padding, TensorType};

/// A network ready to run on pictures of one size.
pub type Runnable = Arc<TypedRunnableModel>;

/// Reads the network and builds it for pictures of `width_px` by `height_px`. Its outputs are pairs, a map
/// of boxes and a map of scores for each level, the finest first.
pub fn build(file: &[u8], width_px: usize, height_px: usize) -> TractResult<Runnable> {
    let root = tflite::root_as_model(file)?;
    let graph = root.subgraphs().context("no graph")?.iter().next().context("no graph")?;
    let codes = root.operator_codes().context("no operator codes")?;
    let mut building = Building {
        weights: Weights { root, graph },
        model: TypedModel::default(),
        wires: HashMap::new(),
        halves: HashMap::new(),
        heads: Vec::new(),
    };
    let input = graph.inputs().context("no input")?.iter().next().context("no input")?;
    let source = building.model.add_source("picture", f32::fact([1, height_px, width_px, 3]))?;
    building.wires.insert(input, source);
    for (number, operator) in graph.operators().context("no operators")?.iter().enumerate() {
        let code = codes.iter().nth(operator.opcode_index() as usize).context("an unknown operator code")?;
        match BuiltinOperator(code.deprecated_builtin_code().into()) {
            BuiltinOperator::DEQUANTIZE => {
                let (from, to) = (inputs(&operator)?, output(&operator)?);
                building.halves.insert(to, *from.first().context("nothing to widen")?);
            }
            BuiltinOperator::CONV_2D => building.convolution(number, &operator, Grouping::All)?,
            BuiltinOperator::DEPTHWISE_CONV_2D => building.convolution(number, &operator, Grouping::ByChannel)?,
            BuiltinOperator::ADD => building.addition(number, &operator)?,
            BuiltinOperator::RESHAPE => building.head(&operator)?,
            BuiltinOperator::CONCATENATION => {}
            other => bail!("the network has an operator that is not known here: {other:?}"),
        }
    }
    let Building { mut model, heads, .. } = building;
    // Boxes have four numbers an anchor, scores more: told apart by their depth, level by level.
    model.select_output_outlets(&heads)?;
    model.into_optimized()?.into_runnable()
}

#[derive(Clone, Copy)]
enum Grouping {
    All,
    ByChannel,
}

struct Weights<'f> {
    root: tflite::Model<'f>,
    graph: tflite::SubGraph<'f>,
}

struct Building<'f> {
    weights: Weights<'f>,
    model: TypedModel,
    wires: HashMap<i32, OutletId>,
    /// Of each widened tensor, the halves it is made of.
    halves: HashMap<i32, i32>,
    heads: Vec<OutletId>,
}

fn inputs(operator: &Operator<'_>) -> TractResult<Vec<i32>> {
    Ok(operator.inputs().context("an operator without inputs")?.iter().collect())
}

fn output(operator: &Operator<'_>) -> TractResult<i32> {
    operator.outputs().context("an operator without output")?.iter().next().context("an operator without output")
}

impl Building<'_> {
    /// The numbers of a constant, as floats, whatever they are kept as.
    fn constant(&self, tensor: i32) -> TractResult<Tensor> {
        let kept = self.halves.get(&tensor).copied().unwrap_or(tensor);
        let tensors = self.weights.graph.tensors().context("no tensors")?;
        let flat = tensors.iter().nth(usize::try_from(kept)?).context("an unknown tensor")?;
        let shape: TVec<usize> = flat.shape().context("a tensor without shape")?.iter().map(usize::try_from).collect::<Result<_, _>>()?;
        let buffers = self.weights.root.buffers().context("no buffers")?;
        let data = buffers.iter().nth(flat.buffer() as usize).and_then(|buffer| buffer.data()).context("a tensor without data")?;
        let numbers: Vec<f32> = match flat.type_() {
            TensorType::FLOAT16 => data.bytes().chunks_exact(2).map(|half| f16::from_le_bytes([half[0], half[1]]).to_f32()).collect(),
            TensorType::FLOAT32 => data.bytes().chunks_exact(4).map(|all| f32::from_le_bytes([all[0], all[1], all[2], all[3]])).collect(),
            other => bail!("weights of a kind that is not known here: {other:?}"),
        };
        Tensor::from_shape(&shape, &numbers)
    }

    fn wire(&self, tensor: i32) -> TractResult<OutletId> {
        self.wires.get(&tensor).copied().context("an operator before its input")
    }

    fn convolution(&mut self, number: usize, operator: &Operator<'_>, grouping: Grouping) -> TractResult<()> {
        let &[from, kernel, bias] = inputs(operator)?.as_slice() else { bail!("a convolution without bias") };
        let (padding, stride_h, stride_w, dilation, activation) = match grouping {
            Grouping::All => {
                let options = operator.builtin_options_as_conv_2_doptions().context("a convolution without options")?;
                let dilation = (options.dilation_h_factor(), options.dilation_w_factor());
                (options.padding(), options.stride_h(), options.stride_w(), dilation, options.fused_activation_function())
            }
            Grouping::ByChannel => {
                let options = operator.builtin_options_as_depthwise_conv_2_doptions().context("a convolution without options")?;
                let dilation = (options.dilation_h_factor(), options.dilation_w_factor());
                (options.padding(), options.stride_h(), options.stride_w(), dilation, options.fused_activation_function())
            }
        };
        ensure!(padding == Padding::SAME && dilation == (1, 1), "a convolution of a kind that is not known here");
        let kernel = self.constant(kernel)?;
        let &[out, high, wide, channels] = kernel.shape() else { bail!("a kernel without four dimensions") };
        let (input_channels, output_channels, group) = match grouping {
            Grouping::All => (channels, out, 1),
            Grouping::ByChannel => (channels, channels, channels),
        };
        let pool_spec = PoolSpec {
            data_format: DataFormat::NHWC,
            kernel_shape: tvec![high, wide],
            padding: PaddingSpec::SameUpper,
            strides: Some(tvec![usize::try_from(stride_h)?, usize::try_from(stride_w)?]),
            dilations: None,
            input_channels,
            output_channels,
        };
        let bias = self.constant(bias)?;
        let kernel = self.model.add_const(format!("kernel{number}"), kernel)?;
        let bias = self.model.add_const(format!("bias{number}"), bias)?;
        let conv = Conv { pool_spec, kernel_fmt: KernelFormat::OHWI, group, q_params: None };
        let wires = self.model.wire_node(format!("conv{number}"), conv, &[self.wire(from)?, kernel, bias])?;
        let wire = *wires.first().context("a convolution without output")?;
        let wire = self.activation(number, wire, activation)?;
        self.wires.insert(output(operator)?, wire);
        Ok(())
    }

    fn activation(&mut self, number: usize, wire: OutletId, activation: ActivationFunctionType) -> TractResult<OutletId> {
        match activation {
            ActivationFunctionType::NONE => Ok(wire),
            ActivationFunctionType::RELU6 => {
                let one = |number: f32| Tensor::from_shape(&[1, 1, 1, 1], &[number]);
                let zero = self.model.add_const(format!("zero{number}"), one(0.0)?)?;
                let six = self.model.add_const(format!("six{number}"), one(6.0)?)?;
                let above = self.model.wire_node(format!("above{number}"), math::max(), &[wire, zero])?;
                let within = self.model.wire_node(format!("within{number}"), math::min(), &[above[0], six])?;
                Ok(within[0])
            }
            other => bail!("an activation that is not known here: {other:?}"),
        }
    }

    fn addition(&mut self, number: usize, operator: &Operator<'_>) -> TractResult<()> {
        let &[left, right] = inputs(operator)?.as_slice() else { bail!("an addition of other than two") };
        let sum = self.model.wire_node(format!("add{number}"), math::add(), &[self.wire(left)?, self.wire(right)?])?;
        self.wires.insert(output(operator)?, sum[0]);
        Ok(())
    }

    /// What is reshaped is a head's map, or the boxes put together at the end.
    fn head(&mut self, operator: &Operator<'_>) -> TractResult<()> {
        let from = *inputs(operator)?.first().context("a shape without input")?;
        if let Some(wire) = self.wires.get(&from) {
            self.heads.push(*wire);
        }
        Ok(())
    }
}
