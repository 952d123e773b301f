//! What the program says of itself.

pub(crate) const USAGE: &str = "\
lanescope runs blocks of Ethereum transactions in parallel and checks the result.

  lanescope run SOURCE [--set KNOB=VALUE]... [--strategy NAME] [--lanes N]
                [--clock gas|threads] [--seed S] [--json]
                [--lane-seed S] [--cold-read TICKS] [--validation-cost TICKS]
                [--commit-cost TICKS] [--fault FAULT]... [--split SPLIT]...
  lanescope compare SOURCE [--strategies NAME,NAME...|all] [--lanes N]...
                [--json|--table] [--chart FILE.svg] [--theme light|dark]
                [--set, --seed, --lane-seed, --split, costs and faults as for run]
  lanescope export SOURCE --format FORMAT [--output FILE]
                [--theme light|dark] [--width PIXELS] [--at PERCENT]
                [the options of run]
  lanescope lint SOURCE [--json] [--deny] [the options of run]
  lanescope export --synthetic-bars N [the options of export]
  lanescope access-list SOURCE [--set KNOB=VALUE]... [--seed S] [--json]
  lanescope steps SOURCE --tx N [--incarnation N] [the options of run]
  lanescope verify FILE... [--lanes N]... [--split SPLIT]...
  lanescope bench [SOURCE]... [--synthetic NAME]... [--strategy NAME]...
                [--lanes N]... [--runs R] [--memory] [--tracing] [--json]
  lanescope state-test DIR [--lanes N]... [--json]

run     runs one block and says how it went. SOURCE is a scenario (.json), a real
        block (.json, .json.gz), or a workload: transfers, erc20, dex, nft-mint.
        --set and --seed turn a workload's knobs. Defaults: --strategy block-stm,
        --lanes 4, --clock gas. SOURCE may also be a trace that export has written:
        then nothing runs, and the run that it holds is described.
        On the gas clock, --lane-seed decides between lanes that are free at once,
        the costs are ticks (one tick is one gas) that a cold read, a validation or a
        commit takes beside gas, and a FAULT is one of
        crash:lane=2,at=100000,until=300000  slow:lane=1,times=4,at=0  wrong:tx=5
        with lanes and transactions counted from 1; without until, it stays.
        A SPLIT is a what-if: as if the contract kept several copies of one storage
        slot, and each transaction used one of them. One lane runs the same changed
        block, so results are compared as ever; they are not the original's.
        'Pool A.reserve0=4'  'Counter.total=8,by=sender,initial=first'
        by=index (the default) deals the copies out in block order, by=sender by the
        sender. Copies begin with the slot's value; with initial=first at zero, all
        but the first (a sum); with initial=apart 2^32 after each other (a counter
        that hands out numbers). ADDRESS:KEY=4 names a slot by its key.
compare runs one block under every strategy asked for on every number of lanes, on
        the gas clock, and prints a table or JSON. Default: all, which are the nine
        strategies and the presets; on lanes 1 2 4 8 16 32 64 for JSON and for a
        chart, on 8 lanes for a table alone. --chart also draws the speed-up over
        the lanes. The exit status is 1 if the result of a strategy of class E0 or
        E1 is not what the class promises.
export  runs one block, or takes a stored trace, and writes it: trace is everything,
        to be read again, and json the same with names (TRACE.md); chrome-trace is
        for the viewers of browsers and Perfetto; csv has a row for each incarnation;
        svg draws the lanes; transcript tells every event in a sentence. Default:
        --format svg, to the standard output. --synthetic-bars makes up a run with
        N executions that never ran, to try what draws long runs.
lint    runs one block, or takes a stored trace, and says what keeps it from being
        faster, with the evidence and what to do about it (LINTS.md). With --deny
        the exit status is 1 if there is anything to say.
access-list
        runs one block on one lane and lists the accounts and slots that it touches
        (EIP-7928). --json prints the whole list.
steps   runs one block, and then one incarnation of a transaction again, opcode by
        opcode, on exactly what it saw, also where it was thrown away: gas, what is
        touched and who had written it. --json adds the stack. Transactions count
        from 1, incarnations from 0. Default: the incarnation that became final.
verify  runs each block on one lane and under every strategy on both clocks,
        compares state and receipts, and real blocks with their header. One line
        for each file; the exit status is 1 if anything differs. Default: --lanes 4.
bench   measures each block on real threads against plain revm on one lane: wall
        and CPU time, medians of R repetitions in which all take turns, as a
        Markdown table or as JSON. Compares every result; the exit status is 1 if
        any differs. --memory adds the peak of resident memory, --tracing what it
        costs to record a trace. Without a source: every synthetic block, which are
        transfers, erc20, amm, sender-chain, one-receiver, hot-mix, mixed-1000.
        Takes strategies of class E0 that run on threads.
        Defaults: --strategy block-stm, --lanes 2, --runs 7.
state-test  runs the official Ethereum state tests in a folder: every case alone and
        several to a block, on one lane and under Block-STM on both clocks. The exit
        status is 1 if one fails that plain revm passes. Default: --lanes 1, 2 and 4.

A strategy is written NAME or NAME:parameter=value,parameter=value.
";

/// Everything above, and every strategy with its parameters.
pub(crate) fn usage() -> String {
    use lanescope_protocol::{PRESETS, StrategyName};

    let mut text = USAGE.to_owned();
    text.push_str("Strategies, with the parameters that they have and the defaults:\n");
    for name in StrategyName::ALL {
        let pairs = name.rules().pairs();
        let pairs: Vec<_> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if pairs.is_empty() { "" } else { ":" };
        text.push_str(&format!("  {}{mark}{}\n", name.slug(), pairs.join(",")));
    }
    text.push_str("Presets, each the model of a real system:\n");
    for preset in &PRESETS {
        let rule = preset.strategy().map(|strategy| strategy.rules.into());
        let rule =
            rule.map_or(String::new(), |rule: lanescope_protocol::Strategy| rule.to_string());
        text.push_str(&format!("  {:<18}{rule}\n", preset.name));
    }
    text
}
