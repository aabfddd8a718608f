//! Every row: which reader looks at which kind of image, as what; each is a test.

mod streams;
mod volumes;

use crate::{
    compare::{Found, judge},
    expected::Expected,
    kinds::{Image, Kind, View},
    table::Reader,
};

/// A reader looks at an image, and is compared.
fn prove(reader: Reader, kind: Kind, view: View, look: fn(&Image, View, &Expected) -> Found) {
    let (image, expected) = (Image::of(kind), Expected::of(kind, view));
    judge(reader, &expected, &look(image, view, &expected));
}

/// Makes a test of each kind and view that a reader looks at.
macro_rules! looks_at {
    ($module:ident, $reader:ident: $($name:ident($kind:ident $(($revision:ident))?, $view:ident);)*) => {
        mod $module {
            use crate::{kinds::{Kind, View}, peers::$module::look, rows::prove, table::Reader};

            $(
                #[test]
                fn $name() {
                    prove(Reader::$reader, Kind::$kind $((imapi_fsimage::UdfRevision::$revision))?, View::$view, look);
                }
            )*
        }
    };
}

looks_at! { kernel, Kernel:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    level_3(Everything, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    rock_ridge(Ridge, Ridge);
    rock_ridge_with_moved_folders(Moved, Ridge);
    rock_ridge_beside_joliet(Everything, Ridge);
    joliet_beside_udf(Bridge(R102), Joliet);
    owned_udf_1_02(Owned(R102), Udf);
    owned_udf_2_01(Owned(R201), Udf);
    owned_udf_2_60(Owned(R260), Udf);
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
    udf_2_50(Udf(R250), Udf);
    udf_2_60(Udf(R260), Udf);
    bridge_1_02(Bridge(R102), Udf);
    bridge_1_50(Bridge(R150), Udf);
    bridge_2_00(Bridge(R200), Udf);
    bridge_2_01(Bridge(R201), Udf);
    bridge_2_50(Bridge(R250), Udf);
    bridge_2_60(Bridge(R260), Udf);
}

looks_at! { xorriso, Xorriso:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    rock_ridge(Ridge, Ridge);
    rock_ridge_with_moved_folders(Moved, Ridge);
    rock_ridge_beside_joliet(Everything, Ridge);
}

looks_at! { isoinfo, Isoinfo:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    level_3(Everything, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    rock_ridge(Ridge, Ridge);
    rock_ridge_beside_joliet(Everything, Ridge);
}

looks_at! { bsdtar, Bsdtar:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    level_3(Everything, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    rock_ridge(Ridge, Ridge);
    rock_ridge_with_moved_folders(Moved, Ridge);
    rock_ridge_beside_joliet(Everything, Ridge);
}

looks_at! { seven_zip, SevenZip:
    level_1(LevelOne, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    joliet_beside_udf(Bridge(R102), Joliet);
    joliet_beside_udf_with_a_metadata_partition(Bridge(R260), Joliet);
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
    udf_2_50(Udf(R250), Udf);
    udf_2_60(Udf(R260), Udf);
    bridge_1_02(Bridge(R102), Udf);
    bridge_1_50(Bridge(R150), Udf);
    bridge_2_00(Bridge(R200), Udf);
    bridge_2_01(Bridge(R201), Udf);
    bridge_2_50(Bridge(R250), Udf);
    bridge_2_60(Bridge(R260), Udf);
}

looks_at! { libcdio, Libcdio:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    joliet(Tame, Joliet);
    rock_ridge(Tame, Ridge);
}

looks_at! { grub, Grub:
    level_1(LevelOne, Plain);
    joliet(Joliet, Joliet);
    rock_ridge(Ridge, Ridge);
    owned_udf_1_02(Owned(R102), Udf);
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
}

looks_at! { udfclient, Udfclient:
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
    udf_2_50(Udf(R250), Udf);
    udf_2_60(Udf(R260), Udf);
    bridge_1_02(Bridge(R102), Udf);
    bridge_2_50(Bridge(R250), Udf);
}
