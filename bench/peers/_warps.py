"""How a peer's warps run, whatever its arrays: sources have `upload`, warps `source`, `compute` and `download`."""


def run_all(sources, warps):
    """Uploads each source once, computes all, then hands over the outputs."""
    for source in sources:
        source.upload()
    for warp in warps:
        warp.compute()
    return [warp.download() for warp in warps]


def one(warp):
    """A function that runs one warp from host to host."""
    return lambda: run_all([warp.source], [warp])[0]
