"""Where a place lies against the district that pays: inside, outside, or not to be told."""

from __future__ import annotations

import pytest

from detectors.households.districts import apart, outside


@pytest.mark.parametrize(
    ("region", "place", "told"),
    [
        # A town alone is a town of many districts.
        ("幸福街道", "榕城市东湖区", None),
        ("幸福街道", "榕城市东湖区青山街道", None),
        ("城关镇", "湖南省长沙市某县城关镇", None),
        ("幸福社区居委会", "榕城市东湖区幸福街道幸福社区", None),
        ("幸福社区居民委员会", "榕城市东湖区幸福街道幸福社区", None),
        ("东湖区幸福街道", "幸福街道", None),
        ("幸福街道", "幸福街道", False),
        ("白石镇", "白石镇大坪村", False),
        # A village in a town says which one; the office is named for its place.
        ("白石镇大坪村委会", "榕城市东湖区白石镇大坪村", False),
        ("白石镇大坪村民委员会", "榕城市东湖区白石镇大坪村二队", False),
        ("白石镇大坪村", "榕城市东湖区白石镇小坪村", None),
        ("东湖区幸福街道幸福社区居委会", "榕城市东湖区幸福街道幸福社区", False),
        ("东湖区民政局", "榕城市东湖区幸福街道", False),
        # A city or province in which the district lies, or may lie.
        ("东湖区", "榕城市", None),
        ("榕城市东湖区幸福街道", "榕城市", None),
        ("东湖区幸福街道", "广东省", None),
        ("广东省榕城市东湖区", "湖南省", True),
        ("榕城市东湖区", "长沙市", True),
        ("榕城市", "榕城市东湖区", False),
        ("榕城市", "榕城市幸福街道", False),
        ("榕城市幸福街道", "榕城市", None),
        ("榕城市幸福街道", "榕城市东湖区", None),
        ("榕城市", "东湖区", None),
        ("长沙市", "榕城市东湖区", True),
        # A city that is itself a district.
        ("苏州市昆山市", "江苏省昆山市花桥镇", False),
        ("昆山市", "江苏省苏州市昆山市花桥镇", False),
        ("昆山市花桥镇", "江苏省苏州市昆山市玉山镇", False),
        # Districts are compared, and their cities where both are told.
        ("东湖区幸福街道", "榕城市东湖区青山街道", False),
        ("榕城市东湖区白石镇", "榕城市东湖区青山镇大坪村", False),
        ("东湖区", "榕城市西湖区", True),
        ("榕城市东湖区", "样例市东湖区", True),
        ("东湖区幸福街道", "湖南省长沙市岳麓区", True),
        ("虚构区示例街道", "虚构省外市样本县测试镇", True),
        # Names in which a level's word is part of another.
        ("镇海区", "宁波市镇海区庄市街道", False),
        ("新乡县", "河南省新乡市新乡县七里营镇", False),
        ("京口区", "江苏省镇江市京口区大市口街道", False),
        ("浮梁县", "江西省景德镇市浮梁县", False),
        ("浦东新区", "上海市浦东新区张江镇", False),
        ("恩施市", "湖北省恩施土家族苗族自治州恩施市小渡船街道", False),
        ("甲县", "甲县示例镇乙市场社区", False),
        # Provinces and municipalities called for short, or in full.
        ("湖南长沙市岳麓区桔子洲街道", "湖南省长沙市岳麓区", False),
        ("上海市浦东新区川沙新镇", "上海浦东新区川沙新镇", False),
        ("广西南宁市青秀区民政局", "广西壮族自治区南宁市青秀区", False),
        ("新疆维吾尔自治区乌鲁木齐市天山区", "新疆乌鲁木齐市天山区", False),
        ("宁夏银川市兴庆区", "宁夏回族自治区银川市兴庆区", False),
        ("内蒙古自治区呼和浩特市新城区", "内蒙古呼和浩特市新城区", False),
        ("西藏拉萨市城关区", "西藏自治区拉萨市城关区", False),
        ("东莞市长安镇", "广东省东莞市长安镇", False),
        ("湖南省", "湖南长沙市岳麓区", False),
        ("湖南长沙市岳麓区", "湖南省长沙市天心区", True),
        ("湖南长沙市岳麓区", "广东广州市岳麓区", True),
        ("辽宁省朝阳市朝阳县", "北京朝阳区", True),
        # A province's name that is part of another.
        ("吉林省吉林市昌邑区", "吉林市昌邑区", False),
        ("吉林省长春市朝阳区", "吉林市昌邑区", True),
        ("青海省海南州共和县", "海南藏族自治州共和县", False),
        ("青海省黄南州河南县", "河南蒙古族自治县", False),
        ("衢州市衢江区湖南镇", "湖南镇", None),
        # Autonomous prefectures and counties without the peoples they are of.
        ("四川省凉山州西昌市", "凉山彝族自治州西昌市", False),
        ("湖北恩施土家族苗族自治州恩施市小渡船街道", "恩施州恩施市", False),
        ("四川省凉山州西昌市", "甘孜藏族自治州康定市", True),
        ("湖北省宜昌市长阳土家族自治县", "长阳县", False),
        ("重庆酉阳土家族苗族自治县", "重庆市酉阳县", False),
        # A city left out or without its word; names of which one ends in the other may be one.
        ("长沙市岳麓区", "长沙岳麓区", False),
        ("长沙岳麓区", "长沙市岳麓区", False),
        ("四川省凉山州西昌市", "四川凉山西昌市", None),
        ("西长安区", "长安区", None),
        # A county that became a district; but not where the city is another.
        ("长沙市望城区", "长沙市望城县", None),
        ("辽宁省朝阳市朝阳县", "北京市朝阳区", True),
        # A zone of an office is none of the register: who lives in it is registered in the district around it.
        ("榕城市高新区幸福街道", "榕城高新技术产业开发区", False),
        ("榕城市高新区", "榕城市东湖区", None),
        ("榕城市高新区", "样例市东湖区", True),
        # Codes.
        ("440106", "440106001", False),
        ("440106002", "440106001", False),
        ("440106", "440100", None),
        ("440100", "440106", False),
        ("440106", "440105", True),
        ("440106", "430100", True),
        ("441900", "441900003", False),
        ("东湖区", "440106", None),
        ("", "榕城市东湖区", None),
        ("东湖区", None, None),
    ],
)
def test_outside_the_district_that_pays(region: str, place: str | None, told: bool | None) -> None:
    assert outside(place, region) is told


def test_an_office_is_the_place_it_is_named_for() -> None:
    assert not apart("东湖区白石镇大坪村委会", "白石镇大坪村")
    assert apart("东湖区幸福街道", "东湖区青山街道")
    assert not apart("", "东湖区")


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("湖南长沙市岳麓区", "湖南省长沙市岳麓区", False),
        ("广西南宁市青秀区", "南宁市青秀区民政局", False),
        ("湖南长沙市岳麓区桔子洲街道", "湖南省长沙市岳麓区望月湖街道", True),
        ("湖南长沙市岳麓区", "湖南省长沙市天心区", True),
        ("江苏昆山市", "江苏省苏州市昆山市", False),
        ("长沙岳麓区", "长沙市岳麓区", False),
        ("440106000000", "440106", False),
        ("440106", "440105", True),
    ],
)
def test_two_spellings_of_a_place_are_one_payer(one: str, other: str, told: bool) -> None:
    assert apart(one, other) is told
    assert apart(other, one) is told
